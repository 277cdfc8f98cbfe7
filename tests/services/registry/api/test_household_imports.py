"""People workbooks over HTTP: upload, judgement row by row, progress, report, resumption."""

from __future__ import annotations

import asyncio
import io
import zipfile
from typing import Any
from uuid import UUID

import pytest

from services.registry.domain import workbook_columns as columns
from services.registry.domain.fields import FIELDS
from services.registry.domain.workbooks import NATIONAL_TAKEN, OTHER_ROW
from services.registry.operations import import_portions, import_runs, sheet_heads
from services.registry.operations.import_chunks import Chunk
from tests.services.registry.people import (
    COUNTY,
    FOREIGN_VILLAGE,
    OTHER_VILLAGE,
    VILLAGE,
    born,
    county_officer,
    number,
    open_household,
    person,
    recorder,
    township_officer,
)
from tests.services.registry.sheets import (
    IMPORTS,
    OFFICER,
    carried_out,
    cells_of,
    csv_bytes,
    family,
    finished,
    head_row,
    person_row,
    report,
    send,
    xlsx,
)
from tests.support.harness import Harness
from tests.support.resting import put_to_rest

HOUSEHOLDS = "/api/v1/registry/households"


async def test_a_good_workbook_becomes_draft_files_with_exact_fen(county: Harness) -> None:
    done = await carried_out(county, xlsx([*family("1"), *family("2", **{columns.VILLAGE: OTHER_VILLAGE})]))
    assert done | {"state": "done", "rows_total": 6, "rows_done": 6, "rows_refused": 0} == done
    assert (done["households_total"], done["households_ok"], done["people_ok"]) == (2, 2, 6)
    async with county.as_(OFFICER) as client:
        listed = (await client.get(HOUSEHOLDS)).json()["items"]
        one = (await client.get(f"{HOUSEHOLDS}/{listed[0]['id']}")).json()
        history = (await client.get(f"{HOUSEHOLDS}/{listed[0]['id']}/history")).json()
    assert [row["village_code"] for row in listed] == [VILLAGE, OTHER_VILLAGE]
    assert one["status"] == "draft"
    assert one["income"]["wage_fen"] == 1_234_567
    assert one["income"]["business_cost_fen"] == 10_050
    assert [cause["label"] for cause in one["other_causes"]] == ["缺技术", "缺资金"]
    assert [member["relation"]["label"] for member in one["members"]] == ["户主", "配偶", "之子"]
    assert one["phone_masked"] == "138****0000"
    assert [event["kind"] for event in history["events"]] == ["imported"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_a_csv_of_either_encoding_is_read_the_same(county: Harness, encoding: str) -> None:
    done = await carried_out(county, csv_bytes(family("1"), encoding))
    assert (done["households_ok"], done["rows_refused"]) == (1, 0)


@pytest.mark.parametrize(
    ("headers", "missing"),
    [
        (tuple(header for header in columns.HEADERS if header != "民族"), "民族"),
        (tuple("身份证" if header == columns.NUMBER else header for header in columns.HEADERS), columns.NUMBER),
    ],
)
async def test_wrong_headers_refuse_the_whole_file_and_name_them(
    county: Harness, owner: Any, headers: tuple[str, ...], missing: str
) -> None:
    refused = await send(county, xlsx(family("1"), headers))
    assert (refused.status_code, refused.json()["code"]) == (422, "registry.workbook_headers")
    assert refused.json()["facts"].get("missing") == missing
    assert "身份证" not in refused.text
    assert await owner.fetchval("select count(*) from household_imports") == 0


async def test_what_is_no_workbook_of_people_is_refused(county: Harness) -> None:
    target = io.BytesIO(xlsx(family("1")))
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    for content, code in (
        (b"PK\x03\x04 broken", "registry.workbook_unreadable"),
        (xlsx(family("1"), sheet="Sheet1"), "registry.workbook_sheet_missing"),
        (xlsx([]), "registry.workbook_empty"),
        (target.getvalue(), "registry.workbook_unsafe"),
        (b"\xff\xff\xff", "registry.workbook_unreadable"),
        (b"", "registry.workbook_empty"),
    ):
        refused = await send(county, content)
        assert (refused.status_code, refused.json()["code"]) == (422, code)


def bad(serial: str, **cells: Any) -> list[dict[str, Any]]:
    """A family whose son has these cells."""
    rows = family(serial)
    rows[2] |= cells
    return rows


async def test_each_refused_row_says_why_and_its_household_is_refused_as_a_whole(county: Harness) -> None:
    sound = number(born(20))
    wrong_digit = sound[:17] + ("0" if sound[17] != "0" else "1")
    cases = [
        (bad("1", **{columns.NUMBER: 341622199001011234.0}), "证件号码:单元格是数字,位数已丢失"),
        (bad("2", **{columns.NUMBER: wrong_digit}), "证件号码:公民身份号码校验位不正确"),
        (bad("3", 文化程度=""), "文化程度:文化程度与在校生状况须填且只填一项"),
        (bad("4", 与户主关系="之女"), "与户主关系:与户主关系与性别不符"),
        (bad("5", 民族="火星族"), "民族:不在规定的代码表中"),
        (bad("6", 务工月数="13"), "务工月数:务工月数须为 0 至 12 的整数"),
        (bad("7", 是否参加养老保险="也许"), "是否参加养老保险:须填“是”或“否”"),
        (bad("8", **{columns.PHONE: "13900001111"}), "联系电话:户信息须填在户主行"),
    ]
    rows = [row for family_rows, _ in cases for row in family_rows] + family("good")
    done = await carried_out(county, xlsx(rows))
    assert (done["households_ok"], done["people_ok"], done["rows_refused"]) == (1, 3, 24)
    sheet = await report(county, done["id"])
    assert sheet[0] == [*columns.HEADERS, columns.RESULT]
    results = [row[-1] for row in sheet[1:]]
    for index, (_, reason) in enumerate(cases):
        assert results[3 * index + 2].startswith(reason), results[3 * index + 2]
        assert results[3 * index] == results[3 * index + 1] == OTHER_ROW
    assert results[-3:] == ["已导入"] * 3


async def test_household_cells_and_places_are_judged_on_the_heads_row(county: Harness) -> None:
    cases = [
        (head_row("1") | {columns.ACCOUNT: 6217000012345678.0}, "银行账号:单元格是数字,位数已丢失"),
        (head_row("2", **{"工资性收入(元)": "0.001"}), "工资性收入(元):金额不是整分"),
        (head_row("3") | {"工资性收入(元)": -5.0}, "工资性收入(元):须为不小于零的金额"),
        (head_row("4", village="341622101999"), "行政村代码:不存在"),
        (head_row("5", village=FOREIGN_VILLAGE), "行政村代码:不存在"),
        (head_row("6", village="341622101"), "行政村代码:不存在"),
        (head_row("7", 其他致贫原因="因病"), "其他致贫原因:其他致贫原因不能与"),
        (head_row("8", 其他致贫原因="缺水、缺技术、缺资金"), "其他致贫原因:其他致贫原因超过"),
        (person_row("9"), "与户主关系:每户须有且只有一名户主,本户没有户主"),
        (head_row(""), "户序号:缺少必填项"),
        (head_row("10", **{columns.HEALTH: "健康、残疾"}), "健康状况:健康状况只有残疾"),
    ]
    done = await carried_out(county, xlsx([row for row, _ in cases]))
    assert (done["households_ok"], done["rows_refused"]) == (0, len(cases))
    for row, (_, reason) in zip((await report(county, done["id"]))[1:], cases, strict=True):
        assert reason in row[-1], (row[-1], reason)


async def test_a_number_twice_in_the_sheet_or_already_on_a_file_is_refused(county: Harness) -> None:
    known = person()
    elsewhere = await open_household(
        county, recorder(village=FOREIGN_VILLAGE), village=FOREIGN_VILLAGE, members=[known]
    )
    twice = number(born(30))
    rows = [
        head_row("1", **{columns.NUMBER: twice}),
        head_row("2", **{columns.NUMBER: twice}),
        head_row("3", **{columns.NUMBER: known["identity_number"]}),
        head_row("4"),
        *[head_row("5"), person_row("5") | {columns.NUMBER: twice}],
    ]
    done = await carried_out(county, xlsx(rows))
    assert (done["households_ok"], done["rows_refused"]) == (1, 5)
    results = [row[-1] for row in (await report(county, done["id"]))[1:]]
    assert results[0].startswith("证件号码:与第 3、7 行重复→")
    assert results[1].startswith("证件号码:与第 2、7 行重复→")
    assert results[2].startswith("证件号码:此人已在一份有效的户档案中,不能重复登记→")
    assert results[3] == "已导入"
    assert elsewhere["household_no"] not in str(results)


async def test_all_or_nothing_keeps_nothing_of_a_file_with_one_bad_row(county: Harness, owner: Any) -> None:
    content = xlsx([*family("1"), *bad("2", 民族="x")])
    done = await carried_out(county, content, mode="all_or_nothing")
    assert (done["state"], done["households_ok"], done["rows_refused"]) == ("done", 0, 3)
    assert await owner.fetchval("select count(*) from households") == 0
    results = [row[-1] for row in (await report(county, done["id"]))[1:]]
    assert results[0] == "未导入:文件中有未通过的行"
    whole = await carried_out(county, xlsx([*family("1"), *family("2")]), mode="all_or_nothing")
    assert whole["households_ok"] == 2


async def test_a_dry_run_tells_all_and_keeps_nothing(county: Harness, owner: Any) -> None:
    content = xlsx([*family("1"), *bad("2", 民族="x")])
    dry = await carried_out(county, content, dry_run="true")
    assert (dry["households_ok"], dry["rows_refused"], dry["dry_run"]) == (1, 3, True)
    assert await owner.fetchval("select count(*) from households") == 0
    assert (await report(county, dry["id"]))[1][-1] == "可以导入"
    real = await carried_out(county, content)
    assert real["id"] != dry["id"]
    assert await owner.fetchval("select count(*) from households") == 1


@pytest.mark.parametrize("mode", ["good_rows", "all_or_nothing"])
async def test_a_dry_run_refuses_a_national_number_doubled_in_the_sheet_as_the_run_does(
    county: Harness, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setattr(import_runs, "HOUSEHOLDS_AT_ONCE", 2)
    numbers = ("", "78", "79", "77", "", "77", "80", "78", "80")
    rows = [row for serial, no in enumerate(numbers) for row in family(str(serial), 户编号=no)]
    sheet = xlsx(rows, [*columns.HEADERS, "户编号"])
    refused = []
    for dry in ("true", "false"):
        done = await carried_out(county, sheet, dry_run=dry, mode=mode)
        assert done["state"] == "done", done
        heads = (await report(county, done["id"]))[1::3]
        refused.append([household for household, row in enumerate(heads) if row[-1] == NATIONAL_TAKEN])
    assert refused == [[5, 7, 8], [5, 7, 8]]


async def test_the_same_file_from_the_same_office_is_the_same_import(county: Harness, owner: Any) -> None:
    content = xlsx(family("1"))
    first = await send(county, content)
    again = await send(county, content)
    together = await asyncio.gather(*(send(county, content) for _ in range(3)))
    assert (first.status_code, again.status_code) == (202, 200)
    assert {answer.json()["id"] for answer in (again, *together)} == {first.json()["id"]}
    done = await finished(county, first.json()["id"])
    assert done["households_ok"] == 1
    assert (await send(county, content)).json()["state"] == "done"
    assert await owner.fetchval("select count(*) from household_imports") == 1
    assert await owner.fetchval("select count(*) from households") == 1


async def test_a_sheet_of_which_nothing_was_taken_in_is_tried_again(county: Harness, owner: Any) -> None:
    rows = family("1")
    first = await carried_out(county, xlsx(rows))
    whole = xlsx([*rows, head_row("2")])
    refused = await carried_out(county, whole, mode="all_or_nothing")
    assert (refused["state"], refused["households_ok"]) == ("done", 0)
    async with county.as_(OFFICER) as client:
        assert (await client.post(f"{IMPORTS}/{first['id']}/undo")).status_code == 200
    again = await carried_out(county, whole, mode="all_or_nothing")
    assert (again["id"] != refused["id"], again["households_ok"]) == (True, 2)
    absorbed = await send(county, whole, mode="all_or_nothing")
    assert (absorbed.status_code, absorbed.json()["id"]) == (200, again["id"])
    assert await owner.fetchval("select count(*) from household_imports") == 3


async def test_an_import_left_by_a_dead_process_is_taken_up_again_and_doubles_nothing(
    county: Harness, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_runs, "HOUSEHOLDS_AT_ONCE", 2)
    run_one = await put_to_rest(monkeypatch, import_runs)
    keep, calls = import_portions.GoodRows.keep, 0

    async def dies(*arguments: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise SystemError("killed")
        await keep(*arguments)

    monkeypatch.setattr(import_portions.GoodRows, "keep", dies)
    sent = await send(county, xlsx([row for serial in range(7) for row in family(str(serial))]))
    database, seals = county.app.state.database, county.app.state.seals
    with pytest.raises(SystemError):
        await run_one(database, seals, "first")
    assert await owner.fetchval("select count(*) from households") == 4
    running = await owner.fetchrow("select state, rows_done from household_imports")
    assert tuple(running) == ("running", 12)
    assert await run_one(database, seals, "second") is False
    await owner.execute("update household_imports set leased_until = now() - interval '1 second'")
    assert await run_one(database, seals, "second") is True
    done = await finished(county, sent.json()["id"])
    assert (done["state"], done["households_ok"], done["people_ok"], done["rows_refused"]) == ("done", 7, 21, 0)
    assert await owner.fetchval("select count(*) from households") == 7
    assert await owner.fetchval("select count(*) from household_members") == 21


async def test_a_worker_whose_import_was_taken_over_writes_nothing_more(county: Harness, owner: Any) -> None:
    sent = await send(county, xlsx(family("1")))
    done = await finished(county, sent.json()["id"])
    state = county.app.state
    import_id = UUID(done["id"])
    run = import_runs.Run(state.database, state.seals, "late", import_id, OFFICER, "good_rows", False)
    with pytest.raises(import_runs.LeaseLost):
        await import_portions.GoodRows(run).keep(Chunk({}, {}, {}, [], 0, 0))


async def test_a_person_registered_meanwhile_is_refused_and_the_others_go_in(
    county: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    racer = person()
    look_up = import_portions.taken_people
    raced: list[Any] = []

    async def overtaken(*arguments: Any) -> Any:
        found = await look_up(*arguments)
        if not raced:
            raced.append(await open_household(county, members=[racer]))
        return found

    monkeypatch.setattr(import_portions, "taken_people", overtaken)
    rows = [head_row("1", **{columns.NUMBER: racer["identity_number"]}), *family("2")]
    done = await carried_out(county, xlsx(rows))
    assert (done["households_ok"], done["rows_refused"]) == (1, 1)


async def test_the_report_and_the_state_belong_to_the_area_and_only_the_sender_sees_clear_columns(
    county: Harness, owner: Any
) -> None:
    rows = family("1")
    rows[0]["组"] = "=1+1"
    done = await carried_out(county, xlsx(rows))
    own = await report(county, done["id"])
    others = await report(county, done["id"], county_officer())
    column = columns.HEADERS.index(columns.NUMBER)
    assert own[1][column] == rows[0][columns.NUMBER]
    assert [row[column] for row in others[1:]] == ["***"] * 3
    assert own[1][columns.HEADERS.index("组")] == "=1+1"
    async with county.as_(OFFICER) as client:
        raw = (await client.get(f"{IMPORTS}/{done['id']}/report")).content
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    stranger = township_officer(township="341622102")
    async with county.as_(stranger) as client:
        assert (await client.get(f"{IMPORTS}/{done['id']}")).status_code == 404
        assert (await client.get(f"{IMPORTS}/{done['id']}/report")).status_code == 404
        assert (await client.get(IMPORTS)).json()["items"] == []
    async with county.as_(county_officer()) as client:
        assert [row["id"] for row in (await client.get(IMPORTS)).json()["items"]] == [done["id"]]
    trail = await owner.fetch("select fields from read_trail where action = 'household_import.report' order by id")
    assert [row["fields"] for row in trail] == ["clear", "masked", "clear"]


async def test_an_upload_is_not_kept_in_clear(county: Harness, owner: Any) -> None:
    content = csv_bytes(family("1"), "utf-8")
    await carried_out(county, content)
    kept = await owner.fetchval("select content from household_import_files")
    assert len(kept) > len(content)
    assert content[:200] not in kept


async def test_a_corrected_report_can_be_sent_in_as_it_is(county: Harness) -> None:
    rows = family("1")
    rows[2]["民族"] = "x"
    done = await carried_out(county, xlsx(rows))
    sheet = await report(county, done["id"])
    corrected = [dict(zip(sheet[0], row, strict=True)) for row in sheet[1:]]
    corrected[2]["民族"] = "汉族"
    again = await carried_out(county, xlsx(corrected, sheet[0]))
    assert again["households_ok"] == 1


async def test_the_template_has_the_exact_headers_text_cells_and_drop_downs(county: Harness) -> None:
    async with county.as_(OFFICER) as client:
        answer = await client.get(f"{IMPORTS}/template")
    assert cells_of(answer.content) == [list(columns.TEMPLATE)]
    assert {field.label for field in FIELDS} < set(columns.TEMPLATE)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    assert sheet.count("<dataValidation ") == len(columns.CODE_COLUMNS) + len(columns.YES_NO)
    assert 'numFmtId="49"' in styles


async def test_thousands_of_people_go_in_by_batches(county: Harness, owner: Any) -> None:
    rows = [row for serial in range(1209) for row in family(str(serial))]
    done = await carried_out(county, xlsx(rows))
    assert (done["people_ok"], done["rows_refused"]) == (3627, 0)
    assert await owner.fetchval("select count(distinct identity_index) from household_members") == 3627
    assert await owner.fetchval("select count(*) from household_versions") == 1209


async def test_more_rows_than_allowed_and_a_wrong_form_are_refused(
    county: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_heads, "MAX_ROWS", 2)
    too_long = await send(county, xlsx(family("1")))
    assert (too_long.status_code, too_long.json()["code"]) == (422, "registry.workbook_too_long")
    wrong_mode = await send(county, xlsx(family("1")), mode="some")
    assert wrong_mode.status_code == 422
    async with county.as_(recorder()) as client:
        forbidden = await client.post(IMPORTS, files={"file": ("a.xlsx", b"x")})
    assert forbidden.status_code == 403


async def test_an_import_of_the_county_takes_villages_of_all_its_townships(county: Harness) -> None:
    rows = [head_row("1"), head_row("2", village="341622102200")]
    done = await carried_out(county, xlsx(rows), county_officer())
    assert done["households_ok"] == 2
    async with county.as_(county_officer()) as client:
        listed = await client.get(HOUSEHOLDS, params={"within": COUNTY, "count": "exact"})
    assert listed.json()["count"] == 2

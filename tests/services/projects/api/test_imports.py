"""Library workbooks over HTTP: good rows, nothing, dry runs, and every reason for saying no."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import httpx2 as httpx
import xlsxwriter
from python_calamine import CalamineWorkbook

from shared.chassis.identity import Actor
from tests.services.projects.support import (
    COUNTY,
    LIBRARY,
    OTHER_COUNTY,
    OTHER_VILLAGE,
    VILLAGE,
    YEAR,
    county_aid,
    get,
    grant,
    officer,
    ok,
    recorder,
    refusal,
)
from tests.support.harness import Harness

PATH = "/api/v1/projects/project-imports"
HEADERS = [
    "序号", "项目名称", "项目类别", "建设性质", "实施地点", "地点代码", "建设任务", "资金规模(万元)", "资金来源",
    "责任单位", "开工日期", "完工日期", "受益户数", "受益人数", "其中贫困人口", "绩效目标", "群众参与和带贫减贫机制",
]  # fmt: skip
TARGETS = "产出指标|数量指标|硬化里程|>=|5.2|千米；满意度指标|服务对象满意度指标|群众满意度|>=|90|%"


def row(number: int = 1, **changes: Any) -> list[Any]:
    """A good row of the workbook; changes by header."""
    good: dict[str, Any] = {
        "序号": number,
        "项目名称": f"土桥村道路{number}",
        "项目类别": "村基础设施",
        "建设性质": "新建",
        "实施地点": "许疃镇土桥村",
        "地点代码": VILLAGE,
        "建设任务": "硬化道路5.2千米",
        "资金规模(万元)": 29.862588,
        "资金来源": "中央财政专项扶贫资金",
        "责任单位": "蒙城县交通运输局",
        "开工日期": f"{YEAR}-03-20",
        "完工日期": f"{YEAR}-09-30",
        "受益户数": 86,
        "受益人数": 288,
        "其中贫困人口": 120,
        "绩效目标": TARGETS,
        "群众参与和带贫减贫机制": "线路经村民会议商定",
    }
    return [(good | changes)[header] for header in HEADERS]


def workbook(*rows: list[Any], headers: list[str] = HEADERS, sheet: str = "项目库") -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet)
        for line, cells in enumerate([headers, *rows]):
            for column, cell in enumerate(cells):
                page.write(line, column, cell)
    return target.getvalue()


async def send(harness: Harness, who: Actor, content: bytes, **fields: Any) -> httpx.Response:
    data = {"year": str(YEAR)} | {name: str(value).lower() for name, value in fields.items()}
    async with harness.as_(who) as client:
        return await client.post(PATH, data=data, files={"file": ("library.xlsx", content)})


async def test_good_rows_become_drafts_with_exact_fen(projects: Harness) -> None:
    who = officer()
    answer = await send(
        projects, who, workbook(row(1), row(2, 建设性质="补助", 地点代码=f"{VILLAGE}、{OTHER_VILLAGE}"))
    )
    body = answer.json()
    codes = [created["project_code"] for created in body["created"]]
    assert answer.status_code == 201, answer.text
    assert (body["rows_total"], body["state"], body["refused"]) == (2, "done", [])
    assert codes == [f"{COUNTY}-{YEAR}-0001", f"{COUNTY}-{YEAR}-0002"]
    first = (await get(projects, who, f"{LIBRARY}/{codes[0]}")).json()
    second = (await get(projects, who, f"{LIBRARY}/{codes[1]}")).json()
    assert first["entry"]["amount_fen"] == 29_862_588
    assert first["entry"]["funding"] == [{"source": "central_special", "amount_fen": 29_862_588}]
    assert first["entry"]["responsible_office"] == {"code": "341622-transport", "name": "蒙城县交通运输局"}
    assert first["entry"]["beneficiaries"] == {"households": 86, "people": 288, "poor_people": 120}
    assert first["entry"]["performance_targets"][1]["value"] == "90"
    assert (first["state"], first["entry"]["purpose"], second["entry"]["purpose"]) == ("draft", "works", "grants")
    assert second["entry"]["division_codes"] == [VILLAGE, OTHER_VILLAGE]
    submitted = await ok(projects, who, f"{LIBRARY}/{codes[0]}/submission")
    assert (submitted["state"], submitted["next_step"]) == ("submitted", "township_review")
    assert (await grant(projects, codes[0]))["version"] == 2


async def test_every_refused_row_says_why(projects: Harness) -> None:
    bad: dict[str, tuple[dict[str, Any], str]] = {
        "项目名称": ({"项目名称": None}, "projects.cell_malformed"),
        "项目类别": ({"项目类别": "修路"}, "projects.category_unknown"),
        "建设性质": ({"建设性质": "翻新"}, "projects.nature_unknown"),
        "地点代码": ({"地点代码": "341622106999"}, "projects.division_unknown"),
        "资金规模(万元)": ({"资金规模(万元)": 0.0000001}, "projects.amount_not_whole_fen"),
        "资金来源": ({"资金来源": "天上掉下"}, "projects.fund_source_unknown"),
        "开工日期": ({"开工日期": "2026.3.1"}, "projects.cell_malformed"),
        "完工日期": ({"完工日期": f"{YEAR}-03-01"}, "projects.period_reversed"),
        "受益户数": ({"受益户数": "八十六"}, "projects.cell_malformed"),
        "受益人数": ({"其中贫困人口": 289}, "projects.poor_people_too_many"),
        "绩效目标": ({"绩效目标": "产出指标|数量指标|里程"}, "projects.target_malformed"),
    }
    more: list[tuple[str, dict[str, Any], str]] = [
        ("地点代码", {"地点代码": None}, "projects.cell_malformed"),
        ("地点代码", {"地点代码": "341621100201"}, "projects.division_unknown"),
        ("地点代码", {"地点代码": f"{VILLAGE}、{VILLAGE}"}, "projects.site_twice"),
        ("资金规模(万元)", {"资金规模(万元)": "约30"}, "projects.cell_malformed"),
        ("资金规模(万元)", {"资金规模(万元)": 0}, "projects.cell_malformed"),
        (
            "资金来源",
            {"资金来源": "中央财政专项扶贫资金：20；群众自筹：9"},
            "projects.funding_does_not_sum",
        ),
        ("绩效目标", {"绩效目标": "产出指标|速度指标|里程|>=|1|千米"}, "projects.target_level_unknown"),
        ("绩效目标", {"绩效目标": "产出指标|数量指标|里程|>=|许多|千米"}, "projects.target_malformed"),
        ("开工日期", {"开工日期": "2026-02-30"}, "projects.cell_malformed"),
    ]
    cases = [(column, changes, code) for column, (changes, code) in bad.items()] + more
    content = workbook(*(row(number, **changes) for number, (_, changes, _) in enumerate(cases)), row(99))
    body = (await send(projects, officer(), content)).json()
    found = {refused["row"]: refused["reasons"] for refused in body["refused"]}
    assert [created["row"] for created in body["created"]] == [len(cases) + 2]
    for line, (column, _, code) in enumerate(cases, start=2):
        assert (column, code) in [(reason["column"], reason["code"]) for reason in found[line]], (line, found[line])
        assert all(" / " in reason["title"] for reason in found[line])


async def test_several_sources_add_up_to_the_amount(projects: Harness) -> None:
    cells = {"资金规模(万元)": 29.5, "资金来源": "中央财政专项扶贫资金:20；县级财政专项扶贫资金:9.5"}
    body = (await send(projects, officer(), workbook(row(1, **cells)))).json()
    entry = (await get(projects, officer(), f"{LIBRARY}/{body['created'][0]['project_code']}")).json()["entry"]
    assert entry["funding"] == [
        {"source": "central_special", "amount_fen": 20_000_000},
        {"source": "county_special", "amount_fen": 9_500_000},
    ]


async def test_all_or_nothing_applies_nothing_when_a_row_is_refused(projects: Harness) -> None:
    who = officer()
    content = workbook(row(1), row(2, 项目类别="修路"))
    body = (await send(projects, who, content, mode="all_or_nothing")).json()
    assert (body["state"], body["created"], len(body["refused"])) == ("nothing_applied", [], 1)
    assert (await get(projects, who, LIBRARY)).json()["items"] == []
    kept = (await send(projects, who, content, mode="good_rows")).json()
    assert len(kept["created"]) == 1


async def test_a_dry_run_creates_nothing_and_does_not_stand_in_the_way(projects: Harness) -> None:
    who = officer()
    content = workbook(row(1), row(2, 项目类别="修路"))
    dry = (await send(projects, who, content, dry_run=True)).json()
    assert (dry["state"], dry["created"]) == ("dry_run", [{"row": 2, "project_code": None}])
    assert (await get(projects, who, LIBRARY)).json()["items"] == []
    assert len((await send(projects, who, content)).json()["created"]) == 1


async def test_the_same_content_is_the_same_import(projects: Harness) -> None:
    who = officer()
    content = workbook(row(1))
    first, again = (await send(projects, who, content)).json(), (await send(projects, who, content)).json()
    assert first == again
    assert len((await get(projects, who, LIBRARY)).json()["items"]) == 1
    answers = await asyncio.gather(*(send(projects, county_aid(), content) for _ in range(3)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len((await get(projects, county_aid(), LIBRARY)).json()["items"]) == 2


async def test_what_is_no_library_workbook_is_refused_whole(projects: Harness) -> None:
    who = officer()
    swapped = [HEADERS[1], HEADERS[0], *HEADERS[2:]]
    cases = (
        (workbook(row(1), headers=swapped), 422, "projects.headers_wrong"),
        (workbook(row(1), headers=[*HEADERS, "备注"]), 422, "projects.headers_wrong"),
        (workbook(row(1)[:-1], headers=HEADERS[:-1]), 422, "projects.headers_wrong"),
        (workbook(row(1), headers=[*HEADERS[:7], "资金规模(元)", *HEADERS[8:]]), 422, "projects.headers_wrong"),
        (workbook(row(1), sheet="Sheet1"), 422, "projects.sheet_missing"),
        (workbook(), 422, "projects.no_rows"),
        (b"not a workbook", 422, "projects.workbook_unreadable"),
        (b"", 422, "projects.workbook_unreadable"),
        (workbook(*(row(number) for number in range(5_001))), 413, "projects.workbook_too_large"),
    )
    for content, status, code in cases:
        assert refusal(await send(projects, who, content)) == (status, code)
    assert (await get(projects, who, LIBRARY)).json()["items"] == []


async def test_the_report_gives_the_sheet_back_with_results_and_without_formulas(projects: Harness) -> None:
    who = officer()
    content = workbook(row(1, 建设任务="=1+1"), row(2, 项目类别="修路"))
    made = (await send(projects, who, content)).json()
    report = await get(projects, who, f"{PATH}/{made['id']}/report")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(report.content)).get_sheet_by_name("项目库").to_python()
    assert report.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert sheet[0] == [*HEADERS, "结果"]
    assert sheet[1][6] == "=1+1"
    assert sheet[1][7] == "29.862588"
    assert sheet[1][-1] == f"已建立 {made['created'][0]['project_code']}"
    assert "项目类别" in str(sheet[2][-1])
    corrected = (await send(projects, who, report.content)).json()
    assert corrected["rows_total"] == 2


async def test_the_template_has_the_headers_and_can_be_sent_back(projects: Harness) -> None:
    who = officer()
    template = (await get(projects, who, f"{PATH}/template")).content
    book = CalamineWorkbook.from_filelike(io.BytesIO(template))
    assert book.get_sheet_by_name("项目库").to_python() == [HEADERS]
    assert refusal(await send(projects, who, template)) == (422, "projects.no_rows")


async def test_imports_belong_to_their_area_and_office(projects: Harness) -> None:
    who = officer()
    made = (await send(projects, who, workbook(row(1)))).json()
    seen = await get(projects, county_aid(), f"{PATH}/{made['id']}")
    assert seen.json() == made
    outsider = county_aid(OTHER_COUNTY)
    for path in (f"{PATH}/{made['id']}", f"{PATH}/{made['id']}/report"):
        hidden = await get(projects, outsider, path)
        absent = await get(projects, outsider, path.replace(made["id"], "0" * 32))
        assert hidden.status_code == 404
        assert hidden.json() | {"trace_id": ""} == absent.json() | {"trace_id": ""}
    assert (await send(projects, recorder(), workbook(row(1)))).status_code == 403


async def test_a_keyed_import_is_done_once(projects: Harness) -> None:
    who = officer()
    content = workbook(row(1))
    async with projects.as_(who) as client:
        answers = [
            await client.post(
                PATH,
                data={"year": str(YEAR)},
                files={"file": ("a.xlsx", content)},
                headers={"Idempotency-Key": "import-1"},
            )
            for _ in range(2)
        ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert answers[0].json() == answers[1].json()


async def test_a_form_in_another_charset_is_refused_before_it_is_decoded(projects: Harness) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="mode"\r\n\r\n+2AA-\r\n--x--\r\n'
    for charset in ("utf-7", "undefined", "idna", "unicode_escape", "gb18030"):
        headers = {"content-type": f"multipart/form-data; charset={charset}; boundary=x", "idempotency-key": charset}
        async with projects.as_(officer()) as client:
            answer = await client.post(PATH, content=part, headers=headers)
        assert refusal(answer) == (415, "unsupported_media_type")

"""Spending reports over HTTP: published figures, frozen contents, files, editions with consent, what is overdue."""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import date, timedelta
from typing import Any

from shared.chassis.clock import office_today
from tests.services.funds.api import test_calendars as calendars
from tests.services.funds.opening_books import rows_of
from tests.services.funds.reports import (
    ABOVE,
    CITY_DRAFTER,
    CITY_SENDER,
    DRAFTER,
    OTHER_COUNTY,
    SENDER,
    TODAY,
    body,
    books,
    desk_of,
    drafted,
    file_of,
    pdf_text,
    sent,
)
from tests.services.funds.world import (
    CONFIRMER,
    COUNTY,
    ELSEWHERE,
    PROVINCE,
    READER,
    READING,
    YEAR,
    World,
    code_of,
    day,
    desk,
)
from tests.support.harness import actor

REPORTS = "/progress-reports"
CONSENT = {"outcome": "consent", "opinion": "同意更正", "decided_on": TODAY}
CONFIRM = {"outcome": "confirm", "opinion": "已收悉", "decided_on": TODAY}
WRITER = desk("progress_report.write", "progress_report.send", "progress_report.receive", *READING)


async def come_back(world: World, yuan: int, on: str) -> None:
    """Money of the county's payment comes back on a day gone by."""
    payment = (await world.seen(READER, "/payments"))["items"][0]
    answer = {"amount_fen": yuan * 100, "returned_on": on, "reason": "账号有误", "bank_reference": f"back-{on}"}
    await world.made(CONFIRMER, f"/payments/{payment['payment_id']}/return", answer)


async def consent(world: World, report: dict[str, Any]) -> dict[str, Any]:
    path = f"{REPORTS}/{report['report_id']}/corrections"
    asked = await world.made(DRAFTER, path, {"reason": "漏计退回资金"})
    return await world.made(ABOVE, f"{path}/{asked['report_correction_id']}/decision", CONSENT)


async def test_the_published_figures_come_out_in_json_xlsx_and_pdf_and_stay(world: World) -> None:
    # 张掖市, 2023-04-30, first batch of linkage money: 21,185.83 of 50,422 万元 spent; published 42.02 % and
    # 8.68 points ahead of 4/12 of the year (progress_statements, row 1).
    await books(world, "504220000.00", "211858300.00")
    await world.policy("pace_basis", "month", "word", day(1))
    report = await sent(world)
    total = report["content"]["total"]
    assert (total["progress_percent"], total["points_ahead"], total["balance_percent"]) == ("42.02", "8.68", "57.98")
    assert (report["state"], report["edition"], report["as_of"], report["days_late"] > 0) == (
        "sent", 1, day(4, 30), True,
    )  # fmt: skip
    text = json.dumps(report["content"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert report["sha256"] == hashlib.sha256(text.encode()).hexdigest()

    files = {}
    for document in ("report", "bulletin"):
        for form in ("xlsx", "pdf"):
            files[document, form] = await file_of(world, report, document=document, format=form)
    cells = rows_of(files["report", "xlsx"], "一、分地区")
    assert ["单位:万元"] in [[cell for cell in row if cell not in (None, "")] for row in cells]
    assert next(row for row in cells if "合计" in row)[2:] == [
        50422, 50422, 21185.83, 0, 0, 29236.17, 42.02, 8.68, 57.98,
    ]  # fmt: skip
    assert not any(isinstance(cell, dict) for row in cells for cell in row)
    for document in ("report", "bulletin"):
        printed = pdf_text(files[document, "pdf"])
        for words in (
            "50,422.00",
            "42.02",
            "8.68",
            "57.98",
            "单位:万元",
            "第1页 共",
            f"第1版 SHA-256 {report['sha256']}",
        ):
            assert words in printed, words

    await come_back(world, 1_000, day(4, 20))
    again = await world.seen(READER, f"{REPORTS}/{report['report_id']}", differences="today")
    assert again["content"] == report["content"]
    changed = {(row["section"], row["figure"]): row["difference_fen"] for row in again["differences"]["items"]}
    assert (changed["total", "returned_fen"], changed["total", "spent_fen"]) == (100_000, -100_000)
    assert (again["differences"]["progress_percent_before"], again["differences"]["progress_percent_after"]) == (
        "42.02", "42.02",
    )  # fmt: skip
    for (document, form), content in files.items():
        assert await file_of(world, report, document=document, format=form) == content


async def test_the_table_adds_up_by_place_kind_and_level_and_says_what_waits_where(world: World) -> None:
    await books(world, "1000.00", "400.00")
    await world.document({COUNTY: 5_000})
    report = (await drafted(world))["content"]
    for section in ("areas", "fund_kinds", "levels"):
        for figure in ("received_fen", "spent_fen", "unspent_fen", "withheld_fen"):
            assert sum(row[figure] for row in report[section]) == report["total"][figure], (section, figure)
    held = sum(row["amount_fen"] for row in report["waiting"] if row["received"])
    assert held == report["total"]["unspent_fen"] == 60_000
    assert [(row["step"], row["amount_fen"]) for row in report["waiting"] if not row["received"]] == [
        ("receipt_registration", 5_000)
    ]
    assert sum(row["unspent_fen"] for row in report["carry_over"]) == 60_000
    assert [row["label"] for row in report["carry_over"]] == ["当年资金", "结转1年以内", "结转1至2年", "结转2年以上"]
    assert {clause["rule"] for clause in report["definition"]["clauses"]} >= {"numerator", "denominator", "verdict"}
    assert report["definition"]["target"] == "0.90"


async def test_a_bulletin_ranks_places_by_exact_progress_and_sums_before_rounding(world: World) -> None:
    # Districts on direct funds: 4.54 of 19.56 亿元 published as 23.2 %, 9.4 of 10.53 as 89.3 %.
    await books(world, "1956000000.00", "454000000.00")
    await books(world, "1053000000.00", "940000000.00", county=OTHER_COUNTY)
    report = await sent(world, CITY_DRAFTER, CITY_SENDER, division_code="3416", kind="quarterly", period=f"{YEAR}-Q2")
    bulletin = await world.seen(CITY_DRAFTER, f"{REPORTS}/{report['report_id']}/bulletin", percent_places=1)
    rows = [(row["rank"], row["label"], row["received_wan"], row["progress_percent"]) for row in bulletin["rows"]]
    assert rows == [(1, "涡阳县", "105300.00", "89.3"), (2, "蒙城县", "195600.00", "23.2")]
    assert (bulletin["total"]["spent_wan"], bulletin["total"]["progress_percent"]) == ("139400.00", "46.3")
    assert "亳州市" in bulletin["title"]
    live = await world.seen(
        CITY_DRAFTER, "/rankings", division_code="3416", fund_year=YEAR, as_of=day(6, 30), percent_places=1
    )
    assert live == bulletin
    public = "/api/v1/public/funds/bulletins"
    async with world.funds.as_(actor("public.read", scope=())) as client:
        published = (await client.get(public, params={"division_code": "34", "fund_year": YEAR})).json()["items"]
        assert (await client.get(public, params={"division_code": "3416", "kind": "monthly"})).json()["items"] == []
    assert [row["period"] for row in published] == [f"{YEAR}-Q2"]
    assert [row["label"] for row in published[0]["bulletin"]["rows"]] == ["涡阳县", "蒙城县"]
    assert not {"sent_by", "drafted_by", "opinion"} & {name for row in published for name in row}
    printed = pdf_text(await file_of(world, report, CITY_DRAFTER, document="bulletin", format="pdf", percent_places=1))
    assert all(words in printed for words in ("关于亳州市", "23.2", "89.3", "涡阳县"))
    sheet = rows_of(await file_of(world, report, CITY_DRAFTER, document="bulletin", percent_places=1), "支出进度排名")
    assert [row[5] for row in sheet if len(row) > 5 and row[1] in ("涡阳县", "蒙城县", "合计")] == [89.3, 23.2, 46.3]


async def test_places_without_money_are_listed_apart_and_nothing_is_divided_by_zero(world: World) -> None:
    await world.document({"341204": 1_000})
    bulletin = await world.seen(PROVINCE, "/rankings", division_code="3412", fund_year=YEAR, as_of=day(6, 30))
    assert (bulletin["rows"], bulletin["without_money"], bulletin["total"]["progress_percent"]) == (
        [],
        ["颍泉区"],
        None,
    )
    outside = await world.get(READER, "/rankings", division_code="3412", fund_year=YEAR)
    assert (outside.status_code, code_of(outside)) == (404, "not_found")
    draft = await drafted(world)
    assert (draft["content"]["total"]["progress"], draft["content"]["total"]["verdict"]) == (None, None)


async def test_a_report_is_sent_by_another_person_once_and_received_above(world: World) -> None:
    report = await drafted(world)
    path = f"{REPORTS}/{report['report_id']}"
    assert (await world.get(READER, f"{path}/file")).status_code == 409
    alone = desk("progress_report.send", person=DRAFTER.person)
    assert code_of(await world.post(alone, f"{path}/sending", {"opinion": "同意"})) == "same_person"
    higher = actor("progress_report.send", scope=("3416",), level="city")
    assert code_of(await world.post(higher, f"{path}/sending", {"opinion": "同意"})) == "report_office_wrong"
    assert code_of(await world.post(ABOVE, f"{path}/receipt", CONFIRM)) == "step_not_due"
    answers = await asyncio.gather(*(world.insist(SENDER, f"{path}/sending", {"opinion": "同意"}) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    for twice in (body(), body(as_of=day(4, 28))):
        refused = await world.post(DRAFTER, REPORTS, twice)
        assert (refused.status_code, code_of(refused)) == (409, "report_twice")
    assert code_of(await world.post(WRITER, f"{path}/receipt", CONFIRM)) == "report_superior_only"
    assert (await world.post(ELSEWHERE, f"{path}/receipt", CONFIRM)).status_code == 403
    confirmed = await world.made(ABOVE, f"{path}/receipt", CONFIRM)
    assert (confirmed["state"], confirmed["decided_on"]) == ("confirmed", TODAY)
    assert (await world.get(ELSEWHERE, path)).status_code == 403 or (
        await world.get(ELSEWHERE, path)
    ).status_code == 404
    page = await world.seen(
        PROVINCE, REPORTS, division_code="34", kind="monthly", period=f"{YEAR}-04", state="confirmed"
    )
    assert [row["report_id"] for row in page["items"]] == [report["report_id"]]


async def test_a_sent_report_is_corrected_with_consent_from_above_and_both_editions_stay(world: World) -> None:
    await books(world, "1000.00", "400.00")
    first = await sent(world)
    path = f"{REPORTS}/{first['report_id']}"
    await come_back(world, 100, day(4, 20))
    refused = await world.post(DRAFTER, f"{path}/editions", {})
    assert (refused.status_code, code_of(refused)) == (409, "correction_not_consented")
    asked = await world.made(DRAFTER, f"{path}/corrections", {"reason": "漏计退回资金"})
    assert code_of(await world.post(DRAFTER, f"{path}/corrections", {"reason": "再报"})) == "correction_asked"
    decide = f"{path}/corrections/{asked['report_correction_id']}/decision"
    assert code_of(await world.post(WRITER, decide, CONSENT)) == "report_superior_only"
    own = actor("progress_report.receive", scope=("3416",), level="city", person=DRAFTER.person)
    assert code_of(await world.post(own, decide, CONSENT)) == "same_person"
    assert code_of(await world.post(DRAFTER, f"{path}/editions", {})) == "correction_not_consented"
    await world.made(ABOVE, decide, CONSENT | {"outcome": "refuse"})
    assert code_of(await world.post(DRAFTER, f"{path}/editions", {})) == "correction_not_consented"
    assert (await consent(world, first))["state"] == "consented"
    second = await world.made(DRAFTER, f"{path}/editions", {})
    assert code_of(await world.post(DRAFTER, f"{path}/editions", {})) == "report_twice"
    own_path = f"{REPORTS}/{second['report_id']}"
    corrected = await world.made(SENDER, f"{own_path}/sending", {"opinion": "已核"})
    assert (corrected["edition"], corrected["corrects_id"]) == (2, first["report_id"])
    told = await world.seen(READER, own_path, differences="edition")
    assert told["differences"]["compared_report_id"] == first["report_id"]
    items = [row for row in told["differences"]["items"] if row["section"] == "total"]
    assert {row["figure"]: row["difference_fen"] for row in items} == {
        "returned_fen": 10_000, "spent_fen": -10_000, "unspent_fen": 10_000, "gap_fen": 10_000,
    }  # fmt: skip
    assert (await world.seen(READER, path))["content"] == first["content"]
    assert code_of(await world.get(READER, path, differences="edition")) == "earlier_edition_missing"
    assert code_of(await world.post(DRAFTER, f"{path}/corrections", {"reason": "旧版"})) == "report_not_latest"
    assert code_of(await world.post(DRAFTER, f"{own_path}/editions", {})) == "correction_not_consented"
    assert "第2版" in pdf_text(await file_of(world, corrected, format="pdf"))
    trail = await world.seen(READER, f"{path}/corrections")
    assert [row["state"] for row in trail["items"]] == ["refused", "consented"]


async def test_a_returned_report_may_have_a_next_edition_and_a_withdrawn_draft_frees_its_period(world: World) -> None:
    draft = await drafted(world, period=f"{YEAR}-05")
    assert code_of(await world.post(DRAFTER, REPORTS, body(period=f"{YEAR}-05"))) == "report_twice"
    await world.made(DRAFTER, f"{REPORTS}/{draft['report_id']}/withdrawal", {})
    await drafted(world, period=f"{YEAR}-05")
    report = await sent(world)
    path = f"{REPORTS}/{report['report_id']}"
    returned = await world.made(ABOVE, f"{path}/receipt", CONFIRM | {"outcome": "return", "opinion": "缺减贫数据"})
    assert (returned["state"], returned["opinion"]) == ("returned", "缺减贫数据")
    stated = {"households": 120, "people": 410, "villages": 2, "source": "县扶贫办4月台账"}
    again = await world.made(DRAFTER, f"{path}/editions", {"reduction": stated})
    assert (again["edition"], again["content"]["reduction"]) == (2, stated)


async def test_an_edition_says_when_its_day_or_what_the_office_states_is_another(world: World) -> None:
    stated = {"households": 120, "people": 410, "villages": 2, "source": "县扶贫办4月台账"}
    first = await sent(world, reduction=stated)
    await consent(world, first)
    edition = {"as_of": day(4, 18), "reduction": stated | {"households": 12}}
    second = await world.made(DRAFTER, f"{REPORTS}/{first['report_id']}/editions", edition)
    told = (await world.seen(READER, f"{REPORTS}/{second['report_id']}", differences="edition"))["differences"]
    assert (told["as_of_before"], told["as_of_after"]) == (day(4, 30), day(4, 18))
    assert (told["reduction_before"], told["reduction_after"]["households"]) == (stated, 12)


async def test_places_that_have_not_sent_by_the_due_day_are_listed_with_days_late(world: World) -> None:
    await books(world, "1000.00", "400.00")
    await books(world, "2000.00", "400.00", county=OTHER_COUNTY)
    report = await sent(world)
    due = date.fromisoformat(report["due_on"])
    assert due >= date(YEAR, 5, 5)
    asked: dict[str, Any] = {"division_code": "34", "fund_year": YEAR, "kind": "monthly", "period": f"{YEAR}-04"}
    on_the_day = await world.seen(PROVINCE, f"{REPORTS}/overdue", **asked, on=due.isoformat())
    assert (on_the_day["places"], on_the_day["items"]) == (2, [])
    later = await world.seen(PROVINCE, f"{REPORTS}/overdue", **asked, on=(due + timedelta(days=3)).isoformat())
    assert [(row["division_code"], row["days_late"], row["sent_on"]) for row in later["items"]] == [
        (OTHER_COUNTY, 3, None), (COUNTY, 3, None),
    ]  # fmt: skip
    there = [desk_of(OTHER_COUNTY, who) for who in (DRAFTER, SENDER)]
    await sent(world, *there, division_code=OTHER_COUNTY, batch="regular")
    today = await world.seen(PROVINCE, f"{REPORTS}/overdue", **asked)
    days = (office_today() - due).days
    assert {(row["division_name"], row["days_late"], row["sent_on"]) for row in today["items"]} == {
        ("涡阳县", days, None), ("蒙城县", days, TODAY),
    }  # fmt: skip
    newest = await world.seen(PROVINCE, f"{REPORTS}/overdue", division_code="34", fund_year=YEAR, on=day(7, 20))
    assert newest["period"] == f"{YEAR}-06"


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"kind": "weekly"}, 422, "report_kind_unknown"),
    ({"period": f"{YEAR}-Q1"}, 422, "report_period_wrong"),
    ({"period": f"{YEAR}-13"}, 422, "invalid_fields"),
    ({"as_of": day(5)}, 422, "report_day_outside"),
    ({"as_of": day(3, 31)}, 422, "report_day_outside"),
    ({"kind": "yearly", "period": str(YEAR + 2)}, 422, "report_period_not_ended"),
    ({"fund_year": YEAR + 2}, 422, "as_of_too_early"),
    ({"fund_kind": "moon"}, 422, "fund_kind_unknown"),
    ({"division_code": OTHER_COUNTY}, 404, "not_found"),
    ({"division_code": "341622101"}, 403, "report_office_wrong"),
    ({"reduction": {"households": -1, "source": "x"}}, 422, "invalid_fields"),
]


async def test_a_calendar_corrected_later_leaves_the_lateness_of_what_was_sent(world: World) -> None:
    await books(world, "1000.00", "400.00")
    report = await sent(world)
    asked: dict[str, Any] = {"division_code": COUNTY, "fund_year": YEAR, "kind": "monthly", "period": f"{YEAR}-04"}
    (before,) = (await world.seen(PROVINCE, f"{REPORTS}/overdue", **asked))["items"]
    assert (before["due_on"], before["days_late"]) == (report["due_on"], report["days_late"])
    off = {"day": report["due_on"], "working": False, "name": "调休"}
    body = {"division_code": "34", "year": YEAR, "source": "省政府办公厅通知", "days": [off]}
    await world.made(calendars.KEEPER, "/calendar-days", body)
    (after,) = (await world.seen(PROVINCE, f"{REPORTS}/overdue", **asked))["items"]
    assert after == before


async def test_a_report_that_breaks_a_rule_is_refused_and_not_kept(world: World) -> None:
    for changes, status, code in REFUSED:
        refused = await world.post(DRAFTER, REPORTS, body(**changes))
        assert (refused.status_code, code_of(refused)) == (status, code), changes
    town = actor("progress_report.write", scope=(COUNTY,), level="township")
    below = await world.post(town, REPORTS, body(division_code="341622101"))
    assert (below.status_code, code_of(below)) == (422, "below_county_reports")
    assert (await world.seen(READER, REPORTS))["items"] == []

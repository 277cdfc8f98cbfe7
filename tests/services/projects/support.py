"""Offices of one county, a complete entry, and the way of a project from proposal to acceptance."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx2 as httpx

from shared.chassis.clock import office_today
from shared.chassis.identity import Actor
from tests.support.harness import Harness, actor

COUNTY = "341622"
TOWNSHIP = "341622106"
VILLAGE = "341622106205"
OTHER_VILLAGE = "341622106209"
OTHER_COUNTY = "341621"
DIVISIONS = {"34", "3416", COUNTY, TOWNSHIP, VILLAGE, OTHER_VILLAGE, "341622107", OTHER_COUNTY, "341621100201"}
LIBRARY = "/api/v1/projects/library"
PLANS = "/api/v1/projects/plans"
WORKS = "/api/v1/projects/works"
SHA = "a" * 64
USCC = "91341622MAAY4CL12C"
OTHER_USCC = "91341622MA2TH3BJ3M"
YEAR = 2026
AMOUNT = 216_000_000
CHECKLIST = {"compliance": True, "estimate_accurate": True, "funding_reliable": True, "land": True}

READ = ("project.read", "plan.read", "parameter.read", "code_list.read")
VILLAGE_RECORDER = (*READ, "project.propose", "project.notice")
TOWNSHIP_OFFICER = (
    *READ, "project.propose", "project.notice", "project.review_township", "project_import.read",
    "project_import.write", "works.record",
)  # fmt: skip
COUNTY_AID = (
    *READ, "project.propose", "project.notice", "project.review_department", "project.decide_county",
    "project_import.read", "project_import.write", "plan.propose", "plan.decide", "works.accept", "parameter.set",
)  # fmt: skip
SECTOR = (*READ, "project.propose", "project.review_department", "works.record", "works.accept")


def answer_as_registry(request: httpx.Request) -> httpx.Response:
    """The registry, knowing DIVISIONS."""
    code = request.url.path.rsplit("/", 1)[1]
    return httpx.Response(200 if code in DIVISIONS else 404, json={})


def answer_as_funds(_: httpx.Request) -> httpx.Response:
    """Funds, taking every event."""
    return httpx.Response(200, json={})


def ago(days: int) -> date:
    return office_today() - timedelta(days=days)


def day(days: int) -> str:
    """The day so many days ago, as sent."""
    return ago(days).isoformat()


def recorder(village: str = VILLAGE, **changes: Any) -> Actor:
    values = {"scope": (village,), "office": f"{village}-village", "level": "village", "sector": ""} | changes
    return actor(*VILLAGE_RECORDER, **values)


def officer(township: str = TOWNSHIP, **changes: Any) -> Actor:
    values = {"scope": (township,), "office": f"{township}-township", "level": "township", "sector": ""} | changes
    return actor(*TOWNSHIP_OFFICER, **values)


def county_aid(county: str = COUNTY, **changes: Any) -> Actor:
    values = {"scope": (county,), "office": f"{county}-aid", "level": "county", "sector": "aid"} | changes
    return actor(*COUNTY_AID, **values)


def bureau(sector: str = "transport", county: str = COUNTY, **changes: Any) -> Actor:
    values = {"scope": (county,), "office": f"{county}-{sector}", "level": "county", "sector": sector} | changes
    return actor(*SECTOR, **values)


def public() -> Actor:
    """The anonymous actor the gateway sends."""
    return actor("public.read", scope=(), office="", level="", sector="")


def entry(**changes: Any) -> dict[str, Any]:
    """A complete entry of the village."""
    return {
        "year": YEAR,
        "name": "土桥村通村道路工程",
        "purpose": "works",
        "division_codes": [VILLAGE],
        "place": "许疃镇土桥村",
        "category": "village_infrastructure",
        "nature": "new_build",
        "planned_start_on": f"{YEAR}-03-10",
        "planned_end_on": f"{YEAR}-09-20",
        "responsible_office": {"code": f"{COUNTY}-transport", "name": "蒙城县交通运输局"},
        "tasks": "硬化道路5.2千米",
        "amount_fen": AMOUNT,
        "funding": [{"source": "central_special", "amount_fen": AMOUNT}],
        "beneficiaries": {"households": 86, "people": 288, "poor_people": 120},
        "performance_targets": [
            {
                "level1": "产出",
                "level2": "数量",
                "level3": "硬化里程",
                "operator": ">=",
                "value": "5.2",
                "unit": "千米",
            },
            {
                "level1": "满意度指标",
                "level2": "服务对象满意度指标",
                "level3": "群众满意度",
                "operator": ">=",
                "value": "90",
                "unit": "%",
            },
        ],
        "participation_mechanism": "线路经村民会议商定,用工优先雇请贫困劳动力",
    } | changes


@dataclass
class Cast:
    """The people a project meets on its way; each is somebody else."""

    recorder: Actor = field(default_factory=recorder)
    officer: Actor = field(default_factory=officer)
    bureau: Actor = field(default_factory=bureau)
    county: Actor = field(default_factory=county_aid)
    second: Actor = field(default_factory=county_aid)


async def post(harness: Harness, who: Actor, path: str, body: Any = None) -> httpx.Response:
    async with harness.as_(who) as client:
        return await client.post(path, json=body)


async def get(harness: Harness, who: Actor, path: str, **params: Any) -> httpx.Response:
    async with harness.as_(who) as client:
        return await client.get(path, params=params)


async def ok(harness: Harness, who: Actor, path: str, body: Any = None) -> Any:
    """Post and insist on success."""
    answer = await post(harness, who, path, body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def draft(harness: Harness, who: Actor | None = None, **changes: Any) -> str:
    """A draft of a recorder; its code."""
    return str((await ok(harness, who or recorder(), LIBRARY, entry(**changes)))["project_code"])


def decision(step: str, days_ago: int = 0, **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"step": step, "outcome": "approve", "opinion": "同意", "decided_on": day(days_ago)}
    if step == "department_review":
        body["checklist"] = CHECKLIST
    return body | changes


def notice(level: str, days_ago: int = 0) -> dict[str, Any]:
    return {"level": level, "posted_on": day(days_ago), "place": "村务公开栏", "paper_sha256": SHA}


async def submitted(harness: Harness, cast: Cast, days_ago: int = 80, **changes: Any) -> str:
    code = await draft(harness, cast.recorder, **changes)
    await ok(harness, cast.recorder, f"{LIBRARY}/{code}/submission", {"submitted_on": day(days_ago)})
    return code


STEPS = (
    "village_notice",
    "township_review",
    "township_notice",
    "department_review",
    "county_decision",
    "county_notice",
)


async def walked(harness: Harness, cast: Cast, until: str = "county_notice", **changes: Any) -> str:
    """A village's project taken through the chain up to and with the step `until`, on days long enough ago."""
    code = await submitted(harness, cast, **changes)
    path = f"{LIBRARY}/{code}"
    calls = (
        (cast.recorder, "notices", notice("village", 79)),
        (cast.officer, "decisions", decision("township_review", 69)),
        (cast.officer, "notices", notice("township", 68)),
        (cast.bureau, "decisions", decision("department_review", 58)),
        (cast.county, "decisions", decision("county_decision", 57)),
        (cast.county, "notices", notice("county", 56)),
    )
    for step, (who, what, body) in zip(STEPS, calls, strict=True):
        await ok(harness, who, f"{path}/{what}", body)
        if step == until:
            break
    return code


async def in_library(harness: Harness, cast: Cast, **changes: Any) -> str:
    code = await walked(harness, cast, **changes)
    await ok(harness, cast.county, f"{LIBRARY}/{code}/filing", {"filed_on": day(46)})
    return code


def plan(*lines: tuple[str, int], **changes: Any) -> dict[str, Any]:
    """A plan of the county proposed 45 days ago."""
    items = [{"project_code": code, "amount_fen": amount, "fund_source": "central_special"} for code, amount in lines]
    return {"county_code": COUNTY, "fund_year": YEAR, "items": items, "proposed_on": day(45)} | changes


async def approved_plan(harness: Harness, cast: Cast, *lines: tuple[str, int]) -> str:
    made = await ok(harness, cast.county, PLANS, plan(*lines))
    body = {"outcome": "approve", "opinion": "同意", "decided_on": day(44)}
    await ok(harness, cast.second, f"{PLANS}/{made['id']}/decision", body)
    return str(made["id"])


async def planned(harness: Harness, cast: Cast, amount: int = AMOUNT, **changes: Any) -> str:
    code = await in_library(harness, cast, **changes)
    await approved_plan(harness, cast, (code, amount))
    return code


def tender(days_ago: int = 40, **changes: Any) -> dict[str, Any]:
    body = {"mode": "open_tender", "tendered_on": day(days_ago), "winner_name": "穗禾公司", "winner_uscc": USCC}
    return body | changes


def contract(days_ago: int = 38, **changes: Any) -> dict[str, Any]:
    return {
        "contractor_name": "穗禾公司",
        "contractor_uscc": USCC,
        "amount_fen": AMOUNT - 1_000_000,
        "retention_rate": "0.05",
        "signed_on": day(days_ago),
        "starts_on": day(days_ago - 1),
        "ends_on": day(5),
        "paper_sha256": SHA,
    } | changes


def progress(percent: int, days_ago: int) -> dict[str, Any]:
    return {"reported_on": day(days_ago), "percent": percent, "quantity": "2.6", "unit": "千米"}


def acceptance(days_ago: int = 2, **changes: Any) -> dict[str, Any]:
    return {
        "accepted_on": day(days_ago),
        "outcome": "pass",
        "participants": ["蒙城县财政局", "土桥村村民代表"],
        "quality": "合格",
        "final_account_fen": AMOUNT - 1_000_000,
        "paper_sha256": SHA,
    } | changes


async def under_way(harness: Harness, cast: Cast) -> str:
    code = await planned(harness, cast)
    await ok(harness, cast.bureau, f"{WORKS}/{code}/tender", tender())
    await ok(harness, cast.bureau, f"{WORKS}/{code}/contract", contract())
    await ok(harness, cast.bureau, f"{WORKS}/{code}/progress-reports", progress(50, 20))
    return code


async def completed(harness: Harness, cast: Cast) -> str:
    code = await under_way(harness, cast)
    await ok(harness, cast.bureau, f"{WORKS}/{code}/completion", {"completed_on": day(3)})
    return code


async def grant(harness: Harness, code: str, who: Actor | None = None) -> dict[str, Any]:
    """The grant as funds reads it."""
    async with harness.as_(who or county_aid(), issuer="funds") as client:
        answer = await client.get(f"/internal/projects/{code}/grant")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, str(answer.json()["code"])


def pointers(answer: httpx.Response) -> list[str]:
    return [fault["pointer"] for fault in answer.json()["errors"]]

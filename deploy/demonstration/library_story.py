"""蒙城县's projects on their way: into the library, into the plan, through the works."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

from deploy.demonstration import projects_mengcheng as catalogue
from deploy.demonstration.accounts import Book, recorder_of
from deploy.demonstration.calendar import Calendar
from deploy.demonstration.client import Desk
from deploy.demonstration.library import LibraryRow
from deploy.demonstration.projects_mengcheng import MengchengProject
from deploy.demonstration.workbooks import write_projects
from deploy.local.progress import Steps

LIBRARY = "/api/v1/projects/library"
WORKS = "/api/v1/projects/works"
CHECKLIST = {"compliance": True, "estimate_accurate": True, "funding_reliable": True, "land": True}
FUND_SOURCES = {
    "中央财政专项扶贫资金": "central_special",
    "省级财政专项扶贫资金": "provincial_special",
    "县级财政专项扶贫资金": "county_special",
}
SECTOR_DESKS = {"energy": "development", "finance": "civil"}
"""Sectors whose office in the county bears another name; the subsidy of loans is handled by 民政局 here."""

STAGES: dict[str, tuple[str, ...]] = {
    "01": ("tender", "contract", "report", "completion", "acceptance"),
    "02": ("tender", "contract", "report", "completion", "acceptance"),
    "03": ("tender", "contract", "report", "completion", "acceptance"),
    "04": ("tender", "contract", "report", "completion"),
    "05": ("tender", "contract", "report"),
    "06": ("tender", "contract", "report", "completion", "acceptance"),
    "07": ("tender", "contract", "report", "completion", "acceptance"),
    "08": ("tender", "contract", "report", "completion", "acceptance"),
    "09": ("tender", "contract", "report", "completion", "acceptance"),
    "10": ("tender", "contract", "report", "completion", "acceptance"),
    "11": ("tender",),
    "12": ("start",),
    "13": ("tender", "contract", "report", "completion", "acceptance"),
    "14": ("start",),
}
"""How far each project has come by the number in its key; what stops early has a delay with an owner."""

VILLAGE_PROPOSALS = ("01", "02")
DAY_OF = {"tender": 0.10, "contract": 0.15, "report": 0.40, "completion": 0.55, "acceptance": 0.60, "start": 0.10}


def number_of(project: MengchengProject) -> str:
    return project.key.removeprefix("mengcheng-")


def paper(name: str) -> str:
    """The hash of an invented paper."""
    return hashlib.sha256(f"蒙城演示材料 {name}".encode()).hexdigest()


def sector_desk(book: Book, project: MengchengProject, chief: bool = False) -> Desk:
    """The responsible bureau's clerk, or the one who accepts."""
    sector = SECTOR_DESKS.get(project.sector, project.sector)
    return book.desk(f"mengcheng.{sector}" + (".chief" if chief else ""))


def load(book: Book, calendar: Calendar, steps: Steps) -> dict[str, str]:
    """Take all projects as far as their stage says; returns the project code by the number in its key."""
    found = catalogue.projects(calendar.fund_year)
    codes: dict[str, str] = {}
    for project in found:
        if number_of(project) in VILLAGE_PROPOSALS:
            codes[number_of(project)] = _village_proposal(book, calendar, project)
            steps.advance()
    rest = [project for project in found if number_of(project) not in VILLAGE_PROPOSALS]
    codes |= _county_workbook(book, calendar, rest)
    for project in rest:
        county_chain(book, codes[number_of(project)], calendar, CHIEFS, f"mengcheng {project.key}")
        steps.advance()
    _plan(book, calendar, found, codes)
    for project in found:
        _works(book, calendar, project, codes[number_of(project)])
        steps.advance()
    return codes


CHIEFS = ("mengcheng.aid.plan", "mengcheng.aid", "mengcheng.aid.chief")
"""Who imports and files, who argues, who decides."""


def _village_proposal(book: Book, calendar: Calendar, project: MengchengProject) -> str:
    """A village proposes; village notice, township review and notice, department review, county decision and notice."""
    recorder = book.desk(recorder_of(project.division_codes[0]))
    code = str(recorder.post(LIBRARY, _entry(project, calendar), key=f"propose {project.key}")["project_code"])
    days = [calendar.year_before(9, 1), calendar.year_before(9, 15), calendar.year_before(9, 18)]
    recorder.post(f"{LIBRARY}/{code}/submission", {"submitted_on": days[0].isoformat()}, key=f"submit {project.key}")
    _notice(recorder, code, "village", calendar.year_before(9, 2), f"village notice {project.key}")
    _decision(book.desk("xutuan.chief"), code, "township_review", calendar.year_before(9, 14), project.key)
    _notice(book.desk("xutuan.officer"), code, "township", calendar.year_before(9, 15), f"township {project.key}")
    bureau = sector_desk(book, project, chief=True)
    _decision(bureau, code, "department_review", calendar.year_before(9, 28), project.key)
    _decision(book.desk("mengcheng.aid.chief"), code, "county_decision", calendar.year_before(10, 12), project.key)
    _file(book.desk("mengcheng.aid"), code, calendar, project.key)
    return code


def _entry(project: MengchengProject, calendar: Calendar) -> dict[str, Any]:
    categories = {"产业扶贫": "industry"}
    return {
        "year": calendar.fund_year,
        "name": project.name,
        "purpose": "works",
        "division_codes": list(project.division_codes),
        "category": categories[project.category],
        "nature": {"新建": "new_build", "改扩建": "extension"}[project.construction_kind],
        "planned_start_on": project.starts_on.isoformat(),
        "planned_end_on": project.finishes_on.isoformat(),
        "responsible_office": {"code": "341622-development", "name": project.responsible_office},
        "tasks": project.content,
        "amount_fen": project.estimate_fen,
        "funding": [{"source": FUND_SOURCES[project.fund_source], "amount_fen": project.estimate_fen}],
        "beneficiaries": {
            "households": project.households,
            "people": project.people,
            "poor_people": project.poor_people,
        },
        "performance_targets": [
            {
                "level1": target.level1,
                "level2": target.level2,
                "level3": target.level3,
                "operator": target.operator,
                "value": str(target.value),
                "unit": target.unit,
            }
            for target in project.targets
        ],
        "participation_mechanism": project.participation,
    }


def _county_workbook(book: Book, calendar: Calendar, projects: list[MengchengProject]) -> dict[str, str]:
    rows = [project.library_row(seq) for seq, project in enumerate(projects, start=1)]
    made = import_workbook(book.desk(CHIEFS[0]), rows, calendar.fund_year, "蒙城县项目库.xlsx")
    return {number_of(project): made[seq] for seq, project in enumerate(projects, start=1)}


def import_workbook(desk: Desk, rows: list[LibraryRow], year: int, name: str) -> dict[int, str]:
    """Send a library workbook; returns project codes by the row's 序号."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write_projects(path, rows)
        answer = desk.upload(
            "/api/v1/projects/project-imports",
            name,
            path.read_bytes(),
            key=f"library {name}",
            year=str(year),
            mode="all_or_nothing",
        )
    if answer["refused"]:
        raise RuntimeError(f"{name}: {answer['refused'][:3]}")
    return {row["row"] - 1: row["project_code"] for row in answer["created"]}


def county_chain(book: Book, code: str, calendar: Calendar, desks: tuple[str, str, str], name: str) -> None:
    """A county's own proposal: handed in, argued, decided, published, put on file."""
    handing, arguing, deciding = (book.desk(username) for username in desks)
    day = calendar.year_before(9, 20).isoformat()
    handing.post(f"{LIBRARY}/{code}/submission", {"submitted_on": day}, key=f"submit {name}")
    _decision(arguing, code, "department_review", calendar.year_before(9, 28), name)
    _decision(deciding, code, "county_decision", calendar.year_before(10, 12), name)
    _file(handing, code, calendar, name)


def _file(desk: Desk, code: str, calendar: Calendar, name: str) -> None:
    _notice(desk, code, "county", calendar.year_before(10, 15), f"county notice {name}")
    day = calendar.year_before(10, 30).isoformat()
    desk.post(f"{LIBRARY}/{code}/filing", {"filed_on": day}, key=f"file {name}")


def _notice(desk: Desk, code: str, level: str, day: Any, name: str) -> None:
    place = {"village": "村务公开栏", "township": "镇政府公开栏", "county": "县政府网站"}[level]
    body = {"level": level, "posted_on": day.isoformat(), "place": place, "paper_sha256": paper(name)}
    desk.post(f"{LIBRARY}/{code}/notices", body, key=f"notice {name}")


def _decision(desk: Desk, code: str, step: str, day: Any, name: str) -> None:
    body = {
        "step": step,
        "outcome": "approve",
        "opinion": "经审核,同意。",
        "decided_on": day.isoformat(),
        "checklist": CHECKLIST if step == "department_review" else {},
    }
    desk.post(f"{LIBRARY}/{code}/decisions", body, key=f"{step} {name}")


def _plan(book: Book, calendar: Calendar, projects: list[MengchengProject], codes: dict[str, str]) -> None:
    items = [
        {
            "project_code": codes[number_of(project)],
            "amount_fen": project.estimate_fen,
            "fund_source": FUND_SOURCES[project.fund_source],
        }
        for project in projects
    ]
    body = {
        "county_code": "341622",
        "fund_year": calendar.fund_year,
        "items": items,
        "note": "年度扶贫项目实施计划",
        "proposed_on": calendar.year_before(12, 15).isoformat(),
    }
    plan = book.desk("mengcheng.aid.plan").post("/api/v1/projects/plans", body, key="plan mengcheng")
    decided = {"outcome": "approve", "opinion": "同意列入年度计划。", "decided_on": calendar.at(0.0).isoformat()}
    book.desk("mengcheng.aid.chief").post(
        f"/api/v1/projects/plans/{plan['id']}/decision", decided, key="plan decision mengcheng"
    )
    posted = {"posted_on": calendar.at(0.01).isoformat(), "place": "县政府网站", "paper_sha256": paper("plan")}
    book.desk("mengcheng.aid.plan").post(
        f"/api/v1/projects/plans/{plan['id']}/notice", posted, key="plan notice mengcheng"
    )


def _works(book: Book, calendar: Calendar, project: MengchengProject, code: str) -> None:
    clerk, chief = sector_desk(book, project), sector_desk(book, project, chief=bool(project.contract))
    for stage in STAGES[number_of(project)]:
        day = calendar.at(DAY_OF[stage]).isoformat()
        path, body = _stage(project, stage, day)
        desk = chief if stage == "acceptance" else clerk
        desk.post(f"{WORKS}/{code}/{path}", body, key=f"{stage} {project.key}")


def _stage(project: MengchengProject, stage: str, day: str) -> tuple[str, dict[str, Any]]:
    contract = project.contract
    if stage == "start" or contract is None:
        return "start", {"started_on": day}
    if stage == "tender":
        winner = {"winner_name": contract.contractor, "winner_uscc": contract.credit_code}
        return "tender", {"mode": "open_tender", "tendered_on": day} | winner
    if stage == "contract":
        return "contract", {
            "contractor_name": contract.contractor,
            "contractor_uscc": contract.credit_code,
            "amount_fen": contract.amount_fen,
            "retention_rate": "0.03",
            "signed_on": day,
            "starts_on": day,
            "ends_on": max(project.finishes_on.isoformat(), day),
            "paper_sha256": paper(f"contract {project.key}"),
        }
    if stage == "report":
        done = 100 if "completion" in STAGES[number_of(project)] else 45
        return "progress-reports", {"reported_on": day, "percent": done, "quantity": str(done), "unit": "%"}
    if stage == "completion":
        return "completion", {"completed_on": day}
    return "acceptance", {
        "accepted_on": day,
        "outcome": "pass",
        "participants": [project.responsible_office, "蒙城县财政局", "村民代表"],
        "quality": "合格",
        "final_account_fen": contract.amount_fen,
        "paper_sha256": paper(f"acceptance {project.key}"),
    }


def steps_total() -> int:
    return 2 * len(STAGES)

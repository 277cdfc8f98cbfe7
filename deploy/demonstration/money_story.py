"""蒙城县's money of the fund year: documents, receipts, allocations, claims, payments, grants, and what waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from deploy.demonstration import projects_mengcheng as catalogue
from deploy.demonstration.accounts import Book
from deploy.demonstration.calendar import Calendar
from deploy.demonstration.household import Household
from deploy.demonstration.library_story import FUND_SOURCES, number_of, paper, sector_desk
from deploy.demonstration.projects_mengcheng import MengchengProject
from deploy.local.progress import Steps

FUNDS = "/api/v1/funds"
COUNTY = "341622"
WAN = 1_000_000
GRANT_FEN = 300_000
"""雨露计划: 3,000 yuan a person and school year, in fen (policy paper of 许疃镇)."""
GRANTED_SCHOOLING = ("中职", "高职高专", "技师学院")


@dataclass(frozen=True, slots=True)
class Source:
    """One fund document: who issues it, of which kind, how much more than the projects need (fen)."""

    kind: str
    desk: str
    issuing_division: str
    number: str
    title: str
    month_day: tuple[int, int]
    over_fen: int


SOURCES = (
    Source("central_special", "anhui.finance", "34", "皖财农〔{before}〕1387号",
           "提前下达{year}年中央财政专项扶贫资金", (11, 25), 49 * WAN),
    Source("provincial_special", "anhui.finance", "34", "皖财农〔{before}〕1512号",
           "提前下达{year}年省级财政专项扶贫资金", (12, 10), 16 * WAN + 250_000),
    Source("county_special", "mengcheng.finance", COUNTY, "蒙财农〔{before}〕96号",
           "安排{year}年县级财政专项扶贫资金", (12, 20), 0),
)  # fmt: skip

PROGRESS_CLAIMS = {"01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "13"}
FINAL_CLAIMS = {"01", "02", "03", "06", "07", "08", "09", "10"}
UNPAID_FINAL = {"02"}
"""Approved, never ordered: the finance side holds it up."""
SHARE_OF_PROGRESS = {"05": 45, "04": 60, "13": 50}
"""Percent of the contract claimed on the way; 60 for the others. 13 is accepted and its final claim is missing."""


def load(book: Book, calendar: Calendar, codes: dict[str, str], households: list[Household], steps: Steps) -> None:
    """Bring the money of the year as far as a real county would be on this day."""
    projects = catalogue.projects(calendar.fund_year)
    pupils = granted_people(households)
    for source in SOURCES:
        mine = [project for project in projects if FUND_SOURCES[project.fund_source] == source.kind]
        needed = {number_of(project): _needed(project, len(pupils)) for project in mine}
        receipt = _receive(book, calendar, source, sum(needed.values()) + source.over_fen)
        steps.advance()
        for project in mine:
            allocation = _allocate(book, calendar, receipt, project, codes, needed[number_of(project)])
            _spend(book, calendar, project, allocation, pupils)
            steps.advance()
    _late_batch(book, calendar)
    steps.advance()


def granted_people(households: list[Household]) -> list[str]:
    """Identity numbers of the registered pupils of vocational schools."""
    return [
        person.identity_number
        for household in households
        for person in household.members
        if (person.schooling or "").startswith(GRANTED_SCHOOLING)
    ]


def _needed(project: MengchengProject, pupils: int) -> int:
    return pupils * GRANT_FEN if number_of(project) == "12" else project.estimate_fen


def _document(source: Source, calendar: Calendar, total_fen: int, batch: str = "advance") -> dict[str, Any]:
    words = {"year": str(calendar.fund_year), "before": str(calendar.fund_year - 1)}
    return {
        "number": source.number.format(**words),
        "title": source.title.format(**words),
        "issued_on": calendar.year_before(*source.month_day).isoformat(),
        "issuing_division": source.issuing_division,
        "fund_year": calendar.fund_year,
        "fund_kind": source.kind,
        "batch": batch,
        "total_fen": total_fen,
        "lines": [{"division_code": COUNTY, "amount_fen": total_fen}],
    }


def _receive(book: Book, calendar: Calendar, source: Source, total_fen: int) -> int:
    document = book.desk(source.desk).post(
        f"{FUNDS}/documents", _document(source, calendar, total_fen), key=f"document {source.kind}"
    )
    receipt = {
        "document_id": document["document_id"],
        "division_code": COUNTY,
        "amount_fen": total_fen,
        "received_on": calendar.year_before(12, 28).isoformat(),
    }
    answer = book.desk("mengcheng.finance").post(f"{FUNDS}/receipts", receipt, key=f"receipt {source.kind}")
    return int(answer["receipt_id"])


def _allocate(
    book: Book, calendar: Calendar, receipt: int, project: MengchengProject, codes: dict[str, str], fen: int
) -> int:
    body = {
        "receipt_id": receipt,
        "project_code": codes[number_of(project)],
        "amount_fen": fen,
        "proposed_on": calendar.at(0.03).isoformat(),
    }
    made = book.desk("mengcheng.finance").post(f"{FUNDS}/allocations", body, key=f"allocate {project.key}")
    decision = {
        "outcome": "approve",
        "opinion": "项目在库在计划,同意分配。",
        "decided_on": calendar.at(0.05).isoformat(),
    }
    book.desk("mengcheng.finance.chief").post(
        f"{FUNDS}/allocations/{made['allocation_id']}/decision", decision, key=f"allocation decision {project.key}"
    )
    return int(made["allocation_id"])


def _spend(book: Book, calendar: Calendar, project: MengchengProject, allocation: int, pupils: list[str]) -> None:
    number = number_of(project)
    if number == "12":
        _grant(book, calendar, project, allocation, pupils)
    if project.contract is None:
        return
    whole = project.contract.amount_fen
    part = whole * SHARE_OF_PROGRESS.get(number, 60) // 100
    if number in PROGRESS_CLAIMS:
        claim = _claim(book, calendar, project, allocation, "progress", part, 0.45)
        _pay(book, calendar, f"progress {project.key}", claim, 0.50)
    if number in FINAL_CLAIMS:
        claim = _claim(book, calendar, project, allocation, "final", whole - part, 0.70)
        if number not in UNPAID_FINAL:
            _pay(book, calendar, f"final {project.key}", claim, 0.80)


PAPERS = {
    "progress": ("invoice", "progress_certificate"),
    "final": ("invoice", "acceptance_report", "settlement"),
}


def _claim(
    book: Book, calendar: Calendar, project: MengchengProject, allocation: int, kind: str, fen: int, share: float
) -> int:
    body = {
        "allocation_id": allocation,
        "kind": kind,
        "amount_fen": fen,
        "claimed_on": calendar.at(share).isoformat(),
        "papers": [
            _paper(name, f"{project.name} {name}", paper(f"{kind} {name} {project.key}")) for name in PAPERS[kind]
        ],
    }
    claim = sector_desk(book, project).post(f"{FUNDS}/claims", body, key=f"claim {kind} {project.key}")
    review = {
        "outcome": "approve",
        "opinion": "材料齐全,同意支付。",
        "reviewed_on": calendar.at(share + 0.02).isoformat(),
    }
    book.desk("mengcheng.finance.chief").post(
        f"{FUNDS}/claims/{claim['claim_id']}/review", review, key=f"review {kind} {project.key}"
    )
    return int(claim["claim_id"])


def _paper(kind: str, name: str, sha256: str) -> dict[str, str]:
    """A paper of a claim; an invoice with its number."""
    numbered = {"issuer": "91341622MA2DEMO001", "number": sha256[:20]} if kind == "invoice" else {}
    return {"kind": kind, "name": name, "sha256": sha256} | numbered


def _approve(book: Book, calendar: Calendar, name: str, claim: int, share: float) -> None:
    """The approval above finance's that a contractor's claims need when they are large together."""
    finance = book.desk("mengcheng.finance")
    if "county" not in finance.get(f"{FUNDS}/claims/{claim}/checks")["approvals_needed"]:
        return
    approval = {"outcome": "approve", "opinion": "同意支付。", "decided_on": calendar.at(share).isoformat()}
    finance.post(f"{FUNDS}/claims/{claim}/approvals", approval, key=f"approve {name}")


def _pay(book: Book, calendar: Calendar, name: str, claim: int, share: float) -> None:
    treasury = book.desk("mengcheng.finance.treasury")
    _approve(book, calendar, name, claim, share)
    order = {
        "claim_id": claim,
        "order_no": f"MC{calendar.fund_year}-{claim:05d}",
        "ordered_on": calendar.at(share).isoformat(),
    }
    payment = treasury.post(f"{FUNDS}/payments", order, key=f"order {name}")
    result = {
        "outcome": "paid",
        "settled_on": calendar.at(share + 0.01).isoformat(),
        "bank_reference": f"BANK{calendar.fund_year}{claim:06d}",
    }
    path = f"{FUNDS}/payments/{payment['payment_id']}/result"
    book.desk("mengcheng.finance").post(path, result, key=f"paid {name}")


def _grant(book: Book, calendar: Calendar, project: MengchengProject, allocation: int, pupils: list[str]) -> None:
    """One school year's grants; the last of the list is paid in the next batch and waits."""
    paid = pupils[: len(pupils) * 9 // 10]
    body = {
        "programme": "rain_dew_plan",
        "allocation_id": allocation,
        "fund_year": calendar.fund_year,
        "period": f"{calendar.fund_year - 1}-{calendar.fund_year}",
        "mode": "refuse_batch",
        "lines": [
            {"ref": f"L{seq:04d}", "identity_number": number, "amount_fen": GRANT_FEN}
            for seq, number in enumerate(paid, start=1)
        ],
    }
    batch = sector_desk(book, project).post(f"{FUNDS}/grant-batches", body, key=f"grants {project.key}")
    path = f"{FUNDS}/grant-batches/{batch['batch_id']}"
    today = calendar.today.isoformat()
    decision = {"outcome": "approve", "opinion": "名单经比对,同意发放。", "decided_on": today}
    book.desk("mengcheng.finance.chief").post(f"{path}/decision", decision, key=f"grants decision {project.key}")
    treasury = book.desk("mengcheng.finance.treasury")
    treasury.post(f"{path}/payment", {"order_no": f"YL{calendar.fund_year}-001"}, key=f"grants order {project.key}")
    result = {"settled_on": today, "lines": [], "all_paid_reference": f"YL{calendar.fund_year}-001"}
    book.desk("mengcheng.finance").post(f"{path}/result", result, key=f"grants paid {project.key}")


def _late_batch(book: Book, calendar: Calendar) -> None:
    """A second batch that the province issued three weeks ago and the county has not registered."""
    source = Source(
        "central_special",
        "anhui.finance",
        "34",
        "皖财农〔{year}〕902号",
        "下达{year}年第二批中央财政专项扶贫资金",
        (1, 1),
        0,
    )
    body = _document(source, calendar, 120 * WAN, batch="regular")
    body["issued_on"] = max(calendar.ago(21), calendar.at(0.0)).isoformat()
    book.desk("anhui.finance").post(f"{FUNDS}/documents", body, key="document second batch")


def steps_total(year: int) -> int:
    return len(SOURCES) + len(catalogue.projects(year)) + 1

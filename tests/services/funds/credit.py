"""The desks of money outside the finance office, and one function per step of a loan."""

from __future__ import annotations

import uuid
from typing import Any

from tests.services.funds.world import COUNTY, World, day, desk

VILLAGE = "341622101200"
TOWNSHIP = "341622101"
OTHER_VILLAGE = "341622102205"
USCC = "91341622MA2N00000P"
OTHER_USCC = "91341622MA2N00001T"
"""Invented codes with right check digits."""
LOANS = (
    "loan.apply", "loan.review_village", "loan.review_township", "loan.check_county", "loan.decide_bank",
    "loan.disburse", "loan.repay", "loan.read", "loan.subsidise", "loan.decide_subsidy", "risk_fund.claim",
    "risk_fund.manage", "risk_fund.decide", "risk_fund.read",
)  # fmt: skip
"""Every right at every desk: what keeps the steps apart here is the office and the person."""


def village_desk(**more: Any) -> Any:
    return desk(*LOANS, office=f"{VILLAGE}-committee", scope=(VILLAGE,), level="village", sector="", **more)


def bank_desk(**more: Any) -> Any:
    return desk(*LOANS, office=f"{COUNTY}-bank", sector="banking", **more)


HELPER = village_desk()
"""Enters the household's application."""
VILLAGER = village_desk()
TOWN = desk(*LOANS, office=f"{TOWNSHIP}-government", scope=(TOWNSHIP,), level="township", sector="")
AID = desk(*LOANS, office=f"{COUNTY}-aid", sector="aid")
BANKER = bank_desk()
TELLER = bank_desk()
FINANCE = desk(*LOANS, "ledger.read", office=f"{COUNTY}-finance", sector="finance")
STEPS = (
    ("village-review", VILLAGER), ("township-review", TOWN), ("county-check", AID), ("bank-decision", BANKER),
)  # fmt: skip
APPROVE = {"outcome": "approve", "opinion": "同意"}


def born(year: int, number: int) -> str:
    """An identity number of somebody born on 15 June of the year; the register is played, so no check digit."""
    return f"341222{year}0615{number:04d}"


def household(world: World, number: int, *, year: int = 1980, village: str = VILLAGE, status: str = "eligible") -> str:
    """One person of a registered household of their own; their identity number."""
    identity = born(year, number)
    world.people[identity] = {
        "status": status,
        "person_id": f"person-{number}",
        "household_id": f"household-{number}",
        "division_code": village,
        "name_masked": "李*",
        "household_version": 2,
    }
    return identity


def application(identity_number: str, **changes: Any) -> dict[str, Any]:
    return {
        "identity_number": identity_number,
        "amount_fen": 5_000_000,
        "term_months": 12,
        "annual_rate": "0.03",
        "use_code": "breeding",
        "purpose": "养羊二十只",
        "applied_on": day(1, 5),
    } | changes


async def applied(world: World, identity_number: str, **changes: Any) -> dict[str, Any]:
    return await world.made(HELPER, "/loans", application(identity_number, **changes))


async def approved(world: World, identity_number: str, **changes: Any) -> dict[str, Any]:
    """A loan that went through the five steps on five days of January."""
    loan = await applied(world, identity_number, **changes)
    for of_month, (path, who) in enumerate(STEPS, start=6):
        body = APPROVE | {"decided_on": day(1, of_month)}
        loan = await world.made(who, f"/loans/{loan['loan_id']}/{path}", body)
    return loan


def disbursement(on: str = day(1, 10), **changes: Any) -> dict[str, Any]:
    return {"disbursement_no": uuid.uuid4().hex[:12], "disbursed_on": on} | changes


async def disbursed(
    world: World, identity_number: str, on: str = day(1, 10), fund: int | None = None, **changes: Any
) -> dict[str, Any]:
    loan = await approved(world, identity_number, **changes)
    body = disbursement(on, risk_fund_id=fund)
    return await world.made(TELLER, f"/loans/{loan['loan_id']}/disbursement", body)


def repayment(amount: int, on: str) -> dict[str, Any]:
    return {"amount_fen": amount, "repaid_on": on, "bank_reference": uuid.uuid4().hex[:16]}


async def repaid(world: World, loan: dict[str, Any], amount: int, on: str) -> dict[str, Any]:
    return await world.made(TELLER, f"/loans/{loan['loan_id']}/repayments", repayment(amount, on))

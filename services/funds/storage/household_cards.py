"""SQL of a household's card: every kind of money that reached it or came back from it, as one list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Integer, String, and_, cast, extract, func, literal, null, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.bank_entries import stands
from services.funds.storage.tables import (
    Allocation,
    BankEntryReversal,
    ClawBack,
    DividendPayment,
    DividendShare,
    Document,
    Donation,
    DonationUse,
    GrantBatch,
    GrantLine,
    GrantReturn,
    InterestSubsidy,
    InterestSubsidyLine,
    Loan,
    LoanRepayment,
    LoanRepaymentReversal,
    PoolContribution,
    PoolLending,
    PoolMember,
    PoolRepayment,
    Receipt,
)
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope

_KIND_OF = {"dividend": "dividend_payment"}
"""The kind of entries, where the card calls the money otherwise."""
PARTS = ("grant.read", "dividend.read", "loan.read", "donation.read", "pool.read")
"""The right each part of a card asks for."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Money that reached the household (`in`) or came back from it (`out`)."""

    kind: str
    direction: str
    on: date
    amount_fen: int
    subject: str
    subject_id: int
    source_document: str | None
    paper: str | None
    person_id: str | None


def _line(
    kind: str, direction: str, on: Any, amount: Any, subject: tuple[str, Any], papers: tuple[Any, Any], person: Any
) -> Any:
    return select(
        literal(kind, String).label("kind"), literal(direction, String).label("direction"), on.label("on"),
        amount.label("amount_fen"), literal(subject[0], String).label("subject"), subject[1].label("subject_id"),
        cast(papers[0], String).label("source_document"), cast(papers[1], String).label("paper"),
        cast(person, String).label("person_id"),
    )  # fmt: skip


def _grants(actor: Actor, household_id: str) -> list[Any]:
    """Paid grants, whatever became of them afterwards, and what came back or was got back of them."""
    recovered = and_(ClawBack.line_id == GrantLine.id, ClawBack.state == "recovered")
    lines = (GrantLine.household_id == household_id, in_scope(GrantLine.division_code, actor))
    paid = (
        _line(
            "grant", "in", GrantLine.settled_on, GrantLine.amount_fen,
            ("grant_batch", GrantBatch.id), (Document.number, GrantBatch.order_no), GrantLine.person_id,
        )
        .join(GrantBatch, GrantBatch.id == GrantLine.batch_id)
        .join(Allocation, Allocation.id == GrantBatch.allocation_id)
        .join(Receipt, Receipt.id == Allocation.receipt_id)
        .join(Document, Document.id == Receipt.document_id)
        .outerjoin(ClawBack, recovered)
        .outerjoin(GrantReturn, and_(GrantReturn.line_id == GrantLine.id, stands("grant_return")))
        .where(*lines, or_(GrantLine.state == "paid", ClawBack.id.is_not(None), GrantReturn.id.is_not(None)))
    )  # fmt: skip
    back = (
        _line(
            "claw_back", "out", ClawBack.recovered_on, ClawBack.amount_fen, ("claw_back", ClawBack.id),
            (null(), ClawBack.bank_reference), GrantLine.person_id,
        )
        .join(GrantLine, recovered)
        .where(*lines)
    )  # fmt: skip
    returned = (
        _line(
            "grant_return", "out", GrantReturn.returned_on, GrantReturn.amount_fen, ("grant_return", GrantReturn.id),
            (GrantReturn.reason, GrantReturn.bank_reference), GrantLine.person_id,
        )
        .join(GrantLine, GrantLine.id == GrantReturn.line_id)
        .where(*lines)
    )  # fmt: skip
    not_returned = (
        _undone("grant_return", "in", GrantReturn, ("grant_return", GrantReturn.id), GrantLine.person_id)
        .join(GrantLine, GrantLine.id == GrantReturn.line_id)
        .where(*lines)
    )
    return [paid, back, returned, not_returned]


def _dividends(actor: Actor, household_id: str) -> list[Any]:
    share = DividendShare
    paid = (
        _line(
            "dividend", "in", DividendPayment.paid_on, DividendPayment.amount_fen, ("dividend_share", share.id),
            (share.enterprise_name, DividendPayment.bank_reference), share.person_id,
        )
        .join(share, share.id == DividendPayment.share_id)
        .where(share.household_id == household_id, in_scope(share.division_code, actor))
    )  # fmt: skip
    undone = (
        _undone("dividend", "out", DividendPayment, ("dividend_share", share.id), share.person_id)
        .join(share, share.id == DividendPayment.share_id)
        .where(share.household_id == household_id, in_scope(share.division_code, actor))
    )
    return [paid, undone]


def _undone(what: str, direction: str, entry: Any, subject: tuple[str, Any], person: Any) -> Any:
    """Entries that were undone, with the reason, on the day of it."""
    back = BankEntryReversal
    made = and_(back.entry_id == entry.id, back.kind == _KIND_OF.get(what, what), back.state == "approved")
    return _line(
        f"{what}_reversal", direction, back.decided_on, entry.amount_fen, subject, (back.reason, entry.bank_reference),
        person,
    ).join(entry, made)  # fmt: skip


def _loans(actor: Actor, household_id: str) -> list[Any]:
    own = (Loan.household_id == household_id, in_scope(Loan.division_code, actor))
    lent = _line(
        "loan", "in", Loan.disbursed_on, Loan.amount_fen, ("loan", Loan.id), (null(), Loan.disbursement_no),
        Loan.person_id,
    ).where(*own, Loan.disbursed_on.is_not(None))  # fmt: skip
    back = (
        _line(
            "loan_repayment", "out", LoanRepayment.repaid_on, LoanRepayment.amount_fen, ("loan", Loan.id),
            (null(), LoanRepayment.bank_reference), Loan.person_id,
        )
        .join(Loan, Loan.id == LoanRepayment.loan_id)
        .where(*own)
    )  # fmt: skip
    undone = (
        _line(
            "loan_repayment_reversal", "in", LoanRepaymentReversal.decided_on, LoanRepayment.amount_fen,
            ("loan_repayment_reversal", LoanRepaymentReversal.id),
            (LoanRepaymentReversal.reason, LoanRepayment.bank_reference), Loan.person_id,
        )
        .join(LoanRepayment, LoanRepayment.id == LoanRepaymentReversal.repayment_id)
        .join(Loan, Loan.id == LoanRepayment.loan_id)
        .where(*own, LoanRepaymentReversal.state == "approved")
    )  # fmt: skip
    subsidy = (
        _line(
            "interest_subsidy", "in", InterestSubsidy.decided_on, InterestSubsidyLine.amount_fen,
            ("interest_subsidy", InterestSubsidy.id), (null(), InterestSubsidy.quarter), Loan.person_id,
        )
        .join(InterestSubsidy, InterestSubsidy.id == InterestSubsidyLine.subsidy_id)
        .join(Loan, Loan.id == InterestSubsidyLine.loan_id)
        .where(*own, InterestSubsidy.state == "approved", InterestSubsidyLine.amount_fen > 0)
    )  # fmt: skip
    return [lent, back, undone, subsidy]


def _donations(actor: Actor, household_id: str) -> list[Any]:
    number = func.lpad(cast(Donation.receipt_number, String), 6, "0")
    receipt = func.concat(Donation.county_code, "-", Donation.receipt_year, "-", number)
    used = (
        _line(
            "donation", "in", DonationUse.used_on, DonationUse.amount_fen, ("donation_use", DonationUse.id),
            (receipt, DonationUse.what), null(),
        )
        .join(Donation, Donation.id == DonationUse.donation_id)
        .where(
            DonationUse.household_id == household_id,
            DonationUse.state == "approved",
            in_scope(DonationUse.division_code, actor),
        )
    )  # fmt: skip
    return [used]


def _pools(actor: Actor, household_id: str) -> list[Any]:
    own = (PoolMember.household_id == household_id, in_scope(PoolMember.division_code, actor))
    lent = (
        _line(
            "pool_lending", "in", PoolLending.decided_on, PoolLending.amount_fen, ("pool_lending", PoolLending.id),
            (null(), PoolLending.purpose), PoolMember.person_id,
        )
        .join(PoolMember, PoolMember.id == PoolLending.member_id)
        .where(*own, PoolLending.state.in_(("lent", "repaid")))
    )  # fmt: skip
    back = (
        _line(
            "pool_repayment", "out", PoolRepayment.repaid_on, PoolRepayment.amount_fen,
            ("pool_lending", PoolLending.id), (null(), PoolRepayment.bank_reference), PoolMember.person_id,
        )
        .join(PoolLending, PoolLending.id == PoolRepayment.lending_id)
        .join(PoolMember, PoolMember.id == PoolLending.member_id)
        .where(*own)
    )  # fmt: skip
    put_in = (
        _line(
            "pool_contribution", "out", PoolContribution.contributed_on, PoolContribution.amount_fen,
            ("pool_member", PoolMember.id), (null(), PoolContribution.bank_reference), PoolMember.person_id,
        )
        .join(PoolMember, PoolMember.id == PoolContribution.member_id)
        .where(*own)
    )  # fmt: skip
    given_back = (
        _line(
            "pool_withdrawal", "in", PoolMember.left_on, PoolContribution.amount_fen, ("pool_member", PoolMember.id),
            (null(), PoolContribution.bank_reference), PoolMember.person_id,
        )
        .join(PoolMember, PoolMember.id == PoolContribution.member_id)
        .where(*own, PoolMember.left_on.is_not(None), stands("pool_contribution"))
    )  # fmt: skip
    not_back = (
        _undone("pool_repayment", "in", PoolRepayment, ("pool_lending", PoolLending.id), PoolMember.person_id)
        .join(PoolLending, PoolLending.id == PoolRepayment.lending_id)
        .join(PoolMember, PoolMember.id == PoolLending.member_id)
        .where(*own)
    )
    not_put_in = (
        _undone("pool_contribution", "in", PoolContribution, ("pool_member", PoolMember.id), PoolMember.person_id)
        .join(PoolMember, PoolMember.id == PoolContribution.member_id)
        .where(*own)
    )
    return [lent, back, put_in, given_back, not_back, not_put_in]


_OF_PART = dict(zip(PARTS, (_grants, _dividends, _loans, _donations, _pools), strict=True))


def _all(actor: Actor, household_id: str, parts: Iterable[str]) -> Any:
    return union_all(*(line for part in parts for line in _OF_PART[part](actor, household_id))).subquery()


async def moved(
    session: AsyncSession, actor: Actor, household_id: str, parts: Iterable[str], limit: int
) -> list[Moved]:
    """What moved in the actor's area, newest first."""
    lines = _all(actor, household_id, parts)
    order = (lines.c.on.desc(), lines.c.kind, lines.c.subject_id.desc(), lines.c.paper, lines.c.amount_fen)
    return [Moved(*row) for row in await session.execute(select(lines).order_by(*order).limit(limit))]


async def sums(
    session: AsyncSession, actor: Actor, household_id: str, parts: Iterable[str]
) -> list[tuple[str, str, int, int, int]]:
    """Of all that moved: kind, direction, calendar year, fen, number; by year and kind."""
    lines = _all(actor, household_id, parts)
    year = cast(extract("year", lines.c.on), Integer)
    query = (
        select(lines.c.kind, lines.c.direction, year, func.sum(lines.c.amount_fen), func.count())
        .group_by(lines.c.kind, lines.c.direction, year)
        .order_by(year.desc(), lines.c.kind)
    )
    return [(kind, way, of, int(fen), number) for kind, way, of, fen, number in await session.execute(query)]

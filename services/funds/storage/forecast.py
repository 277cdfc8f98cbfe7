"""SQL of what a forecast rests on: withheld money, contract terms, projects, and how long finished steps took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.claims import CONTRACTED
from services.funds.domain.questions import Question
from services.funds.storage.asked_money import only
from services.funds.storage.bank_entries import stands
from services.funds.storage.book_imports import undone
from services.funds.storage.payments import waits_for_order_since
from services.funds.storage.tables import (
    Allocation,
    Claim,
    ContractTerms,
    Document,
    DocumentLine,
    GrantBatch,
    LedgerAccount,
    LedgerTransfer,
    Payment,
    PaymentReturn,
    ProjectGrantRow,
    Recall,
    Receipt,
)
from shared.chassis.scope import within
from shared.schemas.projects import ProjectGrant

STAGES = (("tender", ("planned",), ("tendered", *CONTRACTED)), ("contract", ("tendered",), CONTRACTED),
          ("works", ("contracted", "under_way"), ("completed", "accepted", "handed_over")),
          ("acceptance", ("completed",), ("accepted", "handed_over")))  # fmt: skip
"""Steps of a project: the states it waits in, and those that end the step."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """Retention of one claim on a day."""

    claim_id: int
    project_code: str
    county_code: str
    division_code: str
    fund_kind: str
    amount_fen: int


async def withheld(session: AsyncSession, question: Question) -> list[Withheld]:
    """By claim: what was held back on the day and not released by then."""
    moved = [
        select(account.label("account_id"), (sign * LedgerTransfer.amount_fen).label("fen")).where(
            LedgerTransfer.fund_year == question.fund_year,
            LedgerTransfer.effective_on <= question.as_of,
            within(LedgerTransfer.book, question.books),
        )
        for account, sign in ((LedgerTransfer.credit_id, 1), (LedgerTransfer.debit_id, -1))
    ]
    legs = union_all(*moved).subquery()
    held = func.sum(legs.c.fen)
    columns = (Claim.id, Claim.project_code, Claim.county_code, Claim.division_code, LedgerAccount.fund_kind)
    query = (
        select(*columns, held)
        .join(LedgerAccount, and_(LedgerAccount.claim_id == Claim.id, LedgerAccount.kind == "withheld"))
        .join(legs, legs.c.account_id == LedgerAccount.id)
        .where(
            within(Claim.division_code, question.area),
            *only(question, LedgerAccount.fund_year, LedgerAccount.fund_kind, LedgerAccount.batch),
        )
        .group_by(*columns)
        .having(held > 0)
        .order_by(Claim.id)
    )
    return [
        Withheld(claim_id, project_code, county_code, division_code, fund_kind, int(amount))
        for claim_id, project_code, county_code, division_code, fund_kind, amount in await session.execute(query)
    ]


async def to_be_withheld(session: AsyncSession, question: Question) -> dict[int, int]:
    """By claim filed and not reviewed on the day: what of it the review is to hold back."""
    query = select(Claim.id, Claim.withheld_fen).where(
        within(Claim.county_code, question.books),
        Claim.fund_year == question.fund_year,
        Claim.claimed_on <= question.as_of,
        or_(Claim.decided_on.is_(None), Claim.decided_on > question.as_of),
        Claim.withheld_fen > 0,
    )
    return {claim_id: int(amount) for claim_id, amount in await session.execute(query)}


async def claimed(session: AsyncSession, question: Question) -> dict[str, int]:
    """By project of the area: fen claimed on its contract by the day, of any year and kind, less what came back and
    less retention that was called back.

    Retention claims are not counted again: they release what a claim before them withheld. What of them came back is
    free like any other money, and counted where it is claimed again.
    """
    area = (within(Claim.county_code, question.books),)
    live = or_(Claim.state != "refused", Claim.decided_on > question.as_of)
    filed = (
        select(Claim.project_code, func.sum(Claim.amount_fen))
        .where(*area, Claim.releases_claim_id.is_(None), Claim.claimed_on <= question.as_of, live)
        .group_by(Claim.project_code)
    )
    back = (
        select(Claim.project_code, -func.sum(PaymentReturn.amount_fen))
        .join(Payment, Payment.claim_id == Claim.id)
        .join(PaymentReturn, PaymentReturn.payment_id == Payment.id)
        .where(*area, PaymentReturn.returned_on <= question.as_of, live, stands("payment_return"))
        .group_by(Claim.project_code)
    )
    called_back = (
        select(Claim.project_code, -func.sum(Recall.amount_fen))
        .join(Recall, Recall.claim_id == Claim.id)
        .where(*area, Recall.state == "approved", Recall.decided_on <= question.as_of)
        .group_by(Claim.project_code)
    )
    found: dict[str, int] = defaultdict(int)
    for query in (filed, back, called_back):
        for code, amount in await session.execute(query):
            found[code] += int(amount)
    return found


async def terms(session: AsyncSession, question: Question) -> dict[str, ContractTerms]:
    """By project of the area: the terms approved last by the day."""
    newest = (
        select(ContractTerms)
        .where(
            within(ContractTerms.county_code, question.books),
            ContractTerms.state == "approved",
            ContractTerms.decided_on <= question.as_of,
        )
        .order_by(ContractTerms.project_code, ContractTerms.decided_at.desc(), ContractTerms.id.desc())
        .ext(distinct_on(ContractTerms.project_code))
    )
    return {row.project_code: row for row in await session.scalars(newest)}


async def projects(session: AsyncSession, question: Question) -> dict[str, ProjectGrant]:
    """By project with an allocation of the year: what was known of it on the day, else its first version."""
    rows = await session.scalars(_known(question, ProjectGrantRow.facts))
    return {grant.project_code: grant for grant in (ProjectGrant.model_validate(facts) for facts in rows)}


async def project_kinds(session: AsyncSession, question: Question, name: str) -> dict[str, str]:
    """By project with an allocation of the year: its `category` or `purpose` as known on the day."""
    kind = ProjectGrantRow.facts[name].astext.label("kind")
    rows = await session.execute(_known(question, ProjectGrantRow.project_code, kind))
    return {row.project_code: row.kind for row in rows}


def _known(question: Question, *columns: Any) -> Select[Any]:
    """The version of each project of the year in effect on the day, else its first."""
    funded = select(Allocation.project_code).where(
        within(Allocation.county_code, question.books),
        Allocation.fund_year == question.fund_year,
        Allocation.proposed_on <= question.as_of,
    )
    effective = ProjectGrantRow.effective_on <= question.as_of
    return (
        select(*columns)
        .where(ProjectGrantRow.project_code.in_(funded))
        .order_by(
            ProjectGrantRow.project_code,
            effective.desc(),
            case((effective, -ProjectGrantRow.version), else_=ProjectGrantRow.version),
        )
        .ext(distinct_on(ProjectGrantRow.project_code))
    )


async def finished_steps(session: AsyncSession, question: Question, since: date) -> dict[str, dict[int, int]]:
    """By step: how many finished ones of the area took how many days, of those finished from `since` to the day."""
    found: dict[str, dict[int, int]] = defaultdict(dict)
    queries = (*_claim_steps(question, since), *_other_steps(question, since), _final_claims(question, since))
    for query in (*queries, _stage_steps(question, since)):
        for step, days, count in await session.execute(query):
            found[step][int(days)] = found[step].get(int(days), 0) + int(count)
    return found


def _claim_steps(question: Question, since: date) -> Iterable[Select[Any]]:
    """Of claims with the money at the payee."""
    area = within(Claim.division_code, question.area)
    for step, start, end in (
        ("claim_review", Claim.claimed_on, Claim.decided_on),
        ("payment", waits_for_order_since(), Payment.ordered_on),
        ("bank", Payment.ordered_on, Payment.settled_on),
    ):
        query = _counted(step, start, end).join(Payment, Payment.claim_id == Claim.id).select_from(Claim)
        finished = Payment.settled_on.between(since, question.as_of)
        yield query.where(area, finished, Payment.state.in_(("paid", "returned")), end >= start)


def _other_steps(question: Question, since: date) -> Iterable[Select[Any]]:
    """Of receipts, of allocations, and of claims filed after an acceptance; of grant lists by their approval."""
    yield (
        _counted("receipt_registration", Document.issued_on, Receipt.received_on)
        .select_from(Receipt)
        .join(Document, Document.id == Receipt.document_id)
        .where(within(Receipt.division_code, question.area), Receipt.received_on.between(since, question.as_of))
        .where(~undone("receipt", Receipt.id))
    )
    decided = and_(Allocation.decided_on.between(since, question.as_of), ~undone("allocation", Allocation.id))
    yield (
        _counted("allocation", Receipt.received_on, Allocation.proposed_on)
        .select_from(Allocation)
        .join(Receipt, Receipt.id == Allocation.receipt_id)
        .where(within(Allocation.division_code, question.area), decided, Allocation.moved_from_id.is_(None))
    )
    yield _counted("allocation_decision", Allocation.proposed_on, Allocation.decided_on).where(
        within(Allocation.division_code, question.area), decided
    )
    yield (
        _counted("claim", Allocation.decided_on, GrantBatch.prepared_on)
        .select_from(GrantBatch)
        .join(Allocation, Allocation.id == GrantBatch.allocation_id)
        .where(within(GrantBatch.division_code, question.area), GrantBatch.ordered_on.between(since, question.as_of))
    )


def _final_claims(question: Question, since: date) -> Select[Any]:
    """From the first day a project is known to be accepted to its final claims."""
    state = ProjectGrantRow.facts["state"].astext
    accepted = (
        select(ProjectGrantRow.project_code, func.min(ProjectGrantRow.effective_on).label("since"))
        .where(within(ProjectGrantRow.county_code, question.books), state.in_(("accepted", "handed_over")))
        .where(ProjectGrantRow.effective_on <= question.as_of)
        .group_by(ProjectGrantRow.project_code)
        .subquery()
    )
    return (
        _counted("claim", accepted.c.since, Claim.claimed_on)
        .select_from(Claim)
        .join(accepted, accepted.c.project_code == Claim.project_code)
        .where(within(Claim.division_code, question.area), Claim.kind == "final", Claim.repeats_claim_id.is_(None))
        .where(Claim.claimed_on.between(since, question.as_of), Claim.claimed_on >= accepted.c.since)
        .where(~undone("claim", Claim.id))
    )


def _stage_steps(question: Question, since: date) -> Select[Any]:
    """Of projects: from the first day in the state a step waits in to the first day in one that ends it."""
    state = ProjectGrantRow.facts["state"].astext
    columns = []
    for step, waits, ends in STAGES:
        columns += [_first_in(state, waits).label(f"{step}_from"), _first_in(state, ends).label(f"{step}_to")]
    reached = (
        select(*columns)
        .where(within(ProjectGrantRow.county_code, question.books), ProjectGrantRow.effective_on <= question.as_of)
        .group_by(ProjectGrantRow.project_code)
        .subquery()
    )
    parts = [
        _counted(step, reached.c[f"{step}_from"], reached.c[f"{step}_to"]).where(
            reached.c[f"{step}_to"] >= since, reached.c[f"{step}_to"] >= reached.c[f"{step}_from"]
        )
        for step, _, _ in STAGES
    ]
    together = union_all(*parts).subquery()
    return select(*together.c)


def _first_in(state: ColumnElement[str], states: Sequence[str]) -> ColumnElement[Any]:
    return func.min(ProjectGrantRow.effective_on).filter(state.in_(states))


def _counted(step: str, start: Any, end: Any) -> Select[Any]:
    days = (end - start).label("days")
    return select(literal(step).label("step"), days, func.count().label("found")).group_by(days)


async def holders_of_lines(session: AsyncSession, line_ids: Iterable[int]) -> dict[int, str]:
    """By line on its way down: the division whose receipt it is drawn on."""
    query = (
        select(DocumentLine.id, Receipt.division_code)
        .join(Document, Document.id == DocumentLine.document_id)
        .join(Receipt, Receipt.id == Document.drawn_on_receipt_id)
        .where(DocumentLine.id == func.any(sorted(set(line_ids))))
    )
    return {int(line_id): code for line_id, code in await session.execute(query)}

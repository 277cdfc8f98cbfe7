"""SQL of stays that are over: what day some money entered a step and left it, from the papers of every hop.

What still waits is not here: it is what `operations/waits` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.funds.domain.delays import STAGE_STEPS
from services.funds.domain.questions import Question
from services.funds.domain.stage_clocks import PASSED_DOWN, Stay
from services.funds.storage.asked_money import only
from services.funds.storage.bank_entries import stands
from services.funds.storage.book_imports import undone
from services.funds.storage.payments import waits_for_order_since
from services.funds.storage.tables import (
    Allocation,
    Claim,
    Document,
    DocumentLine,
    GrantBatch,
    GrantLine,
    LedgerAccount,
    LedgerTransfer,
    Payment,
    PaymentReturn,
    ProjectGrantRow,
    Reallocation,
    Recall,
    Receipt,
)
from shared.chassis.scope import within

COUNTY_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which stays: at these steps, on the way to one hop, of one thing, behind a row of the page before.

    `office_only`: only what the area's own office held, not what lies below it.
    """

    steps: frozenset[str]
    hop: str | None
    thing: tuple[str, int] | None
    after: tuple[date, str, str, str] | None
    limit: int
    office_only: bool = False


@dataclass(frozen=True, slots=True)
class _Branch:
    """One kind of stay: the kind and id of the thing, the steps it can be at, and its rows."""

    kind: str
    thing_id: Any
    steps: frozenset[str]
    rows: Select[Any]


async def over(session: AsyncSession, question: Question, wanted: Wanted) -> list[Stay]:
    """Stays that had ended by the day, in the order of `Stay.key`."""
    asked = _coming_down(question)
    if not wanted.office_only:
        asked += [*_with_projects(question), *_going_out(question)]
    branches = [
        branch.rows if wanted.thing is None else branch.rows.where(branch.thing_id == wanted.thing[1])
        for branch in asked
        if branch.steps & wanted.steps and wanted.thing in (None, (branch.kind, wanted.thing and wanted.thing[1]))
    ]
    if not branches:
        return []
    found = union_all(*branches).subquery()
    key = (found.c.entered_on, found.c.reference, found.c.step, found.c.part)
    query = select(found).where(found.c.left_on <= question.as_of, found.c.step.in_(wanted.steps))
    if wanted.office_only:
        query = query.where(found.c.division_code == question.area)
    if wanted.hop is not None:
        handed_down = and_(found.c.step == "allocation", func.length(found.c.division_code) < COUNTY_DIGITS)
        query = query.where(handed_down if wanted.hop == PASSED_DOWN else ~handed_down)
    if wanted.after is not None:
        query = query.where(tuple_(*key) > tuple_(*(literal(part) for part in wanted.after)))
    rows = await session.execute(query.order_by(*key).limit(wanted.limit))
    return [Stay(**row) for row in rows.mappings()]


async def places(session: AsyncSession, question: Question) -> list[str]:
    """Divisions of the area in whose books money of the fund year is or is on its way to, by code."""
    place = func.left(DocumentLine.division_code, COUNTY_DIGITS).label("place")
    query = (
        select(place)
        .join(Document, Document.id == DocumentLine.document_id)
        .where(within(DocumentLine.division_code, question.area), Document.fund_year == question.fund_year)
        .distinct()
        .order_by(place)
    )
    return list(await session.scalars(query))


THINGS: dict[str, Any] = {
    "line": DocumentLine, "receipt": Receipt, "allocation": Allocation, "claim": Claim, "batch": GrantBatch,
}  # fmt: skip


async def place_of(session: AsyncSession, thing: tuple[str, int]) -> str | None:
    """The division in whose books a thing's money is; None when there is no such thing."""
    table = THINGS[thing[0]]
    code = await session.scalar(select(table.division_code).where(table.id == thing[1]))
    return None if code is None else code[:COUNTY_DIGITS]


def _row(
    kind: str, thing_id: Any, part: Any, step: Any, place: Any, of: Any, project: Any, fen: Any, days: Sequence[Any]
) -> Select[Any]:
    """Columns of a stay; `of` has the fund kind and batch, `days` are when it began, ended, and the document's."""
    entered_on, left_on, issued_on = days
    return select(
        func.concat(f"{kind}:", thing_id, type_=String).label("reference"),
        part.label("part"),
        cast(step, String).label("step"),
        place.label("division_code"),
        of.fund_kind.label("fund_kind"),
        of.batch.label("batch"),
        project.label("project_code"),
        fen.label("amount_fen"),
        entered_on.label("entered_on"),
        left_on.label("left_on"),
        cast(issued_on, Date).label("issued_on"),
    )


def _by(kind: str, thing_id: Any) -> Any:
    return func.concat(f"{kind}:", thing_id, type_=String)


def _asked(question: Question, place: Any, of: Any) -> list[Any]:
    return [within(place, question.area), *only(question, of.fund_year, of.fund_kind, of.batch)]


def _coming_down(question: Question) -> list[_Branch]:
    """document → registered; registered → allocated or handed further down; proposed → decided."""
    nobody = literal("", String)
    line = _row(
        "line", DocumentLine.id, _by("receipt", Receipt.id), literal("receipt_registration"), Receipt.division_code,
        Receipt, nobody, Receipt.amount_fen, (Document.issued_on, Receipt.received_on, Document.issued_on),
    )  # fmt: skip
    line = line.join(Receipt, Receipt.document_line_id == DocumentLine.id).join(
        Document, Document.id == Receipt.document_id
    )
    allocated = _row(
        "receipt", Receipt.id, _by("allocation", Allocation.id), literal("allocation"), Receipt.division_code, Receipt,
        nobody, Allocation.amount_fen, (Receipt.received_on, Allocation.proposed_on, Document.issued_on),
    )  # fmt: skip
    allocated = (
        allocated.join(Allocation, Allocation.receipt_id == Receipt.id)
        .join(Document, Document.id == Receipt.document_id)
        .where(Allocation.moved_from_id.is_(None), ~undone("allocation", Allocation.id))
    )
    drawn = Document.__table__.alias("drawn")
    passed = _row(
        "receipt", Receipt.id, _by("document", drawn.c.id), literal("allocation"), Receipt.division_code, Receipt,
        nobody, drawn.c.total_fen, (Receipt.received_on, drawn.c.issued_on, Document.issued_on),
    )  # fmt: skip
    passed = passed.join(drawn, drawn.c.drawn_on_receipt_id == Receipt.id).join(
        Document, Document.id == Receipt.document_id
    )
    called_back, decided_on_recall = (
        _row(
            "receipt",
            Receipt.id,
            _by("recall", Recall.id),
            literal(step),
            Receipt.division_code,
            Receipt,
            nobody,
            Recall.amount_fen,
            days,
        )
        .join(Recall, Recall.receipt_id == Receipt.id)
        .join(Document, Document.id == Receipt.document_id)
        for step, days in (
            ("allocation", (Receipt.received_on, Recall.proposed_on, Document.issued_on)),
            ("recall_decision", (Recall.proposed_on, Recall.decided_on, Document.issued_on)),
        )
    )
    decided = _row(
        "allocation", Allocation.id, literal("decision", String), literal("allocation_decision"),
        Allocation.division_code, Allocation, Allocation.project_code, Allocation.amount_fen,
        (Allocation.proposed_on, Allocation.decided_on, Document.issued_on),
    )  # fmt: skip
    decided = (
        decided.join(Receipt, Receipt.id == Allocation.receipt_id)
        .join(Document, Document.id == Receipt.document_id)
        .where(~undone("allocation", Allocation.id))
    )
    mine = [*_asked(question, Receipt.division_code, Receipt), ~undone("receipt", Receipt.id)]
    return [
        _Branch("line", DocumentLine.id, frozenset({"receipt_registration"}), line.where(*mine)),
        _Branch("receipt", Receipt.id, frozenset({"allocation"}), allocated.where(*mine)),
        _Branch("receipt", Receipt.id, frozenset({"allocation"}), passed.where(*mine)),
        _Branch(
            "receipt", Receipt.id, frozenset({"allocation"}), called_back.where(*mine, Recall.taken_from == "receipt")
        ),
        _Branch("receipt", Receipt.id, frozenset({"recall_decision"}), decided_on_recall.where(*mine)),
        _Branch(
            "allocation",
            Allocation.id,
            frozenset({"allocation_decision"}),
            decided.where(*_asked(question, Allocation.division_code, Allocation)),
        ),
    ]


def _project_steps(question: Question) -> Any:
    """By project: from which day to which its money waited at which step, as projects told their states."""
    row = ProjectGrantRow
    step = case(STAGE_STEPS, value=row.facts["state"].astext, else_="tender")
    told = select(row.project_code, row.version, row.effective_on, step.label("step")).where(
        within(row.county_code, question.books), row.effective_on <= question.as_of
    )
    told_rows = told.subquery()
    in_order: dict[str, Any] = {"partition_by": told_rows.c.project_code, "order_by": told_rows.c.version}
    before = func.lag(told_rows.c.step).over(**in_order)
    marked = select(told_rows, before.label("before")).subquery()
    changed = select(marked).where(or_(marked.c.before.is_(None), marked.c.before != marked.c.step)).subquery()
    until = func.lead(changed.c.effective_on).over(partition_by=changed.c.project_code, order_by=changed.c.version)
    return select(
        changed.c.project_code, changed.c.step, changed.c.effective_on.label("from_on"), until.label("to_on")
    ).cte("project_steps")


def _moved_before(on: Any, side: Any) -> Any:
    """What had moved on one side of an allocation's account before a day, in fen."""
    return (
        select(func.coalesce(func.sum(LedgerTransfer.amount_fen), 0))
        .where(side == LedgerAccount.id, LedgerTransfer.effective_on < on)
        .correlate_except(LedgerTransfer)
        .scalar_subquery()
    )


def _with_projects(question: Question) -> list[_Branch]:
    """The project's steps: money leaves one when the project goes on, or earlier when it is claimed."""
    span = _project_steps(question)
    began = func.greatest(Allocation.decided_on, span.c.from_on, type_=Date)

    def during(rows: Select[Any], on: Any) -> Select[Any]:
        """The rows whose money left on a day of the step."""
        return rows.join(span, span.c.project_code == Allocation.project_code).where(
            on >= span.c.from_on, or_(span.c.to_on.is_(None), on < span.c.to_on)
        )

    left = _moved_before(span.c.to_on, LedgerTransfer.credit_id) - _moved_before(span.c.to_on, LedgerTransfer.debit_id)
    went_on = _row(
        "allocation", Allocation.id, literal("project", String), span.c.step, Allocation.division_code, Allocation,
        Allocation.project_code, cast(left, BigInteger), (began, span.c.to_on, null()),
    )  # fmt: skip
    went_on = (
        went_on.join(span, span.c.project_code == Allocation.project_code)
        .join(LedgerAccount, and_(LedgerAccount.kind == "allocation", LedgerAccount.owner_id == Allocation.id))
        .where(span.c.to_on > Allocation.decided_on, left > 0)
    )
    came_back_on = (
        select(func.max(PaymentReturn.returned_on))
        .join(Payment, Payment.id == PaymentReturn.payment_id)
        .where(Payment.claim_id == Claim.repeats_claim_id, Payment.allocation_id == Claim.allocation_id)
        .where(stands("payment_return"))
        .correlate(Claim)
        .scalar_subquery()
    )
    by_claim = _row(
        "allocation", Allocation.id, _by("claim", Claim.id), span.c.step, Allocation.division_code, Allocation,
        Allocation.project_code, Claim.amount_fen, (func.greatest(began, came_back_on), Claim.claimed_on, null()),
    )  # fmt: skip
    by_claim = by_claim.join(Claim, Claim.allocation_id == Allocation.id)
    by_claim = during(by_claim, Claim.claimed_on).where(Claim.releases_claim_id.is_(None), ~undone("claim", Claim.id))
    target = aliased(Allocation)
    by_move = _row(
        "allocation", Allocation.id, _by("allocation", target.id), span.c.step, Allocation.division_code, Allocation,
        Allocation.project_code, target.amount_fen, (began, target.proposed_on, null()),
    )  # fmt: skip
    by_move = by_move.join(Reallocation, Reallocation.from_allocation_id == Allocation.id).join(
        target, target.id == Reallocation.to_allocation_id
    )
    by_recall = _row(
        "allocation", Allocation.id, _by("recall", Recall.id), span.c.step, Allocation.division_code, Allocation,
        Allocation.project_code, Recall.amount_fen, (began, Recall.proposed_on, null()),
    )  # fmt: skip
    by_recall = by_recall.join(Recall, Recall.allocation_id == Allocation.id).where(Recall.taken_from == "allocation")
    by_batch = _row(
        "allocation", Allocation.id, _by("batch", GrantBatch.id), literal("claim"), Allocation.division_code,
        Allocation, Allocation.project_code, GrantBatch.total_fen,
        (Allocation.decided_on, GrantBatch.prepared_on, null()),
    )  # fmt: skip
    by_batch = by_batch.join(GrantBatch, GrantBatch.allocation_id == Allocation.id)
    mine = [*_asked(question, Allocation.division_code, Allocation), Allocation.state == "approved"]
    mine.append(~undone("allocation", Allocation.id))
    steps = frozenset(STAGE_STEPS.values())
    return [
        _Branch("allocation", Allocation.id, steps, went_on.where(*mine, Allocation.purpose == "works")),
        _Branch("allocation", Allocation.id, steps, by_claim.where(*mine)),
        _Branch("allocation", Allocation.id, steps, during(by_move, target.proposed_on).where(*mine)),
        _Branch("allocation", Allocation.id, steps, during(by_recall, Recall.proposed_on).where(*mine)),
        _Branch("allocation", Allocation.id, frozenset({"claim"}), by_batch.where(*mine)),
    ]


def _claims(question: Question) -> list[Any]:
    """Claims of the area; by their county too, which is what an index finds them by."""
    found = [within(Claim.county_code, question.books), Claim.fund_year == question.fund_year]
    return [*found, *_asked(question, Claim.division_code, Allocation), ~undone("claim", Claim.id)]


def _going_out(question: Question) -> list[_Branch]:
    """claimed → reviewed → ordered → with the payee, for claims and for lists of grants."""
    branches = []
    for step, part, began, ended in (
        ("claim_review", literal("review", String), Claim.claimed_on, Claim.decided_on),
        ("payment", _by("payment", Payment.id), waits_for_order_since(), Payment.ordered_on),
        ("bank", _by("payment", Payment.id), Payment.ordered_on, Payment.settled_on),
    ):
        rows = _row(
            "claim", Claim.id, part, literal(step), Claim.division_code, Allocation, Claim.project_code,
            Claim.amount_fen if step == "claim_review" else Payment.amount_fen, (began, ended, null()),
        ).join(Allocation, Allocation.id == Claim.allocation_id)  # fmt: skip
        if step != "claim_review":
            rows = rows.join(Payment, Payment.claim_id == Claim.id)
        rows = rows.where(*_claims(question))
        branches.append(_Branch("claim", Claim.id, frozenset({step}), rows))
    return branches + _grants(question)


def _grants(question: Question) -> list[_Branch]:
    """Lists of grants: checked, ordered; their money reaches the payees day by day.

    What came back after it was paid has a reason; it had reached them all the same.
    """
    settled = (
        select(GrantLine.batch_id, GrantLine.settled_on, func.sum(GrantLine.amount_fen).label("fen"))
        .join(GrantBatch, GrantBatch.id == GrantLine.batch_id)
        .where(GrantLine.settled_on.is_not(None), or_(GrantLine.state == "paid", GrantLine.reason.is_not(None)))
        .where(GrantBatch.fund_year == question.fund_year, within(GrantBatch.division_code, question.area))
        .group_by(GrantLine.batch_id, GrantLine.settled_on)
        .subquery()
    )
    branches = []
    for step, part, fen, began, ended in (
        (
            "claim_review",
            literal("review", String),
            GrantBatch.total_fen,
            GrantBatch.prepared_on,
            GrantBatch.decided_on,
        ),
        ("payment", literal("order", String), GrantBatch.total_fen, GrantBatch.decided_on, GrantBatch.ordered_on),
        ("bank", _by("settled", settled.c.settled_on), settled.c.fen, GrantBatch.ordered_on, settled.c.settled_on),
    ):
        rows = _row(
            "batch", GrantBatch.id, part, literal(step), GrantBatch.division_code, Allocation, Allocation.project_code,
            cast(fen, BigInteger), (began, ended, null()),
        ).join(Allocation, Allocation.id == GrantBatch.allocation_id)  # fmt: skip
        if step == "bank":
            rows = rows.join(settled, settled.c.batch_id == GrantBatch.id)
        rows = rows.where(GrantBatch.fund_year == question.fund_year)
        rows = rows.where(*_asked(question, GrantBatch.division_code, Allocation))
        branches.append(_Branch("batch", GrantBatch.id, frozenset({step}), rows))
    return branches

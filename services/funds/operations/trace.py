"""The walk of the money: from any document, project, payment or household up to the source and down to the payee."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.trace import Walk
from services.funds.operations import trace_nodes as nodes
from services.funds.storage import allocations, documents, payments, sessions
from services.funds.storage import trace as storage
from services.funds.storage.tables import (
    Allocation,
    Claim,
    Document,
    DocumentLine,
    GrantBatch,
    Payment,
    Receipt,
)
from shared.chassis import audit
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.scope import covers
from shared.refusals import NotFound
from shared.schemas import funds_views as wire


async def of_document(session: AsyncSession, actor: Actor, document_id: int) -> wire.Trace:
    """Everything a document's money became, and where it came from."""
    row = await documents.visible(session, actor, document_id)
    if row is None:
        raise NotFound()
    walk = Walk()
    await _down_from_documents(session, actor, walk, [row])
    await _up_from_receipts(session, walk, await storage.rows(session, Receipt, Receipt.id, [row.drawn_on_receipt_id]))
    _draw_edges(walk, [row])
    return _answer(f"document:{row.id}", walk)


async def of_allocation(session: AsyncSession, actor: Actor, allocation_id: int) -> wire.Trace:
    row = await allocations.visible(session, actor, allocation_id)
    if row is None:
        raise NotFound()
    return await _of_allocations(session, f"allocation:{row.id}", [row])


async def of_project(session: AsyncSession, actor: Actor, project_code: str) -> wire.Trace:
    rows = await storage.allocations_of_project(session, actor, project_code)
    if not rows:
        raise NotFound()
    return await _of_allocations(session, f"project:{project_code}", rows)


async def _of_allocations(session: AsyncSession, start: str, rows: Sequence[Allocation]) -> wire.Trace:
    walk = Walk()
    await _down_from_allocations(session, walk, rows)
    await _up_from_allocations(session, walk, rows)
    return _answer(start, walk)


async def of_payment(session: AsyncSession, actor: Actor, payment_id: int) -> wire.Trace:
    """Only the path of one payment."""
    row = await payments.visible(session, actor, payment_id)
    if row is None:
        raise NotFound()
    walk = Walk()
    claims = await _claims_behind(session, row.claim_id)
    _add_claims(walk, claims)
    _add_payments(walk, [row])
    found = await storage.rows(session, Allocation, Allocation.id, [row.allocation_id])
    await _up_from_allocations(session, walk, found)
    return _answer(f"payment:{row.id}", walk)


async def _claims_behind(session: AsyncSession, claim_id: int) -> list[Claim]:
    """The claim and, for a retention claim, the one whose money it releases."""
    claims = await storage.rows(session, Claim, Claim.id, [claim_id])
    return claims + await storage.rows(session, Claim, Claim.id, [claim.releases_claim_id for claim in claims])


async def of_household(session: AsyncSession, actor: Actor, trail: Database, household_id: str) -> wire.Trace:
    """Where every grant a household received came from; the reading is noted before the answer leaves."""
    lines = await storage.grants_of_household(session, actor, household_id)
    if not lines:
        raise NotFound()
    walk = Walk()
    for line in lines:
        walk.add(nodes.of_grant(line))
        walk.join(f"batch:{line.batch_id}", f"grant:{line.id}", line.amount_fen)
    batches = await storage.rows(session, GrantBatch, GrantBatch.id, [line.batch_id for line in lines])
    _add_batches(walk, batches)
    found = await storage.rows(session, Allocation, Allocation.id, [batch.allocation_id for batch in batches])
    await _up_from_allocations(session, walk, found)
    persons = sorted({line.person_id for line in lines if line.person_id is not None})
    answer = _answer(f"household:{household_id}", walk)
    await sessions.let_go(session)
    await audit.record_read(trail, actor, "trace.household", persons, "name_masked,amount_fen")
    return answer


async def _down_from_documents(session: AsyncSession, actor: Actor, walk: Walk, start: list[Document]) -> None:
    """Documents, their lines and receipts, the documents drawn on those, and so on; then the allocations."""
    received: list[Receipt] = []
    level = start
    while level:
        lines = await storage.rows(session, DocumentLine, DocumentLine.document_id, [row.id for row in level])
        lines = [line for line in lines if covers(actor.scope, line.division_code)]
        receipts = await storage.rows(session, Receipt, Receipt.document_line_id, [line.id for line in lines])
        _add_handed_down(walk, level, lines, receipts)
        _draw_edges(walk, level)
        received += receipts
        level = await storage.rows(
            session, Document, Document.drawn_on_receipt_id, [receipt.id for receipt in receipts]
        )
    rows = await storage.rows(session, Allocation, Allocation.receipt_id, [receipt.id for receipt in received])
    seen = [row for row in rows if covers(actor.scope, row.division_code)]
    _add_allocations(walk, seen)
    await _down_from_allocations(session, walk, seen)


async def _down_from_allocations(session: AsyncSession, walk: Walk, rows: Iterable[Allocation]) -> None:
    ids = [row.id for row in rows]
    claims = await storage.rows(session, Claim, Claim.allocation_id, ids)
    _add_claims(walk, claims)
    _add_payments(walk, await storage.rows(session, Payment, Payment.claim_id, [claim.id for claim in claims]))
    _add_batches(walk, await storage.rows(session, GrantBatch, GrantBatch.allocation_id, ids))


async def _up_from_allocations(session: AsyncSession, walk: Walk, rows: Sequence[Allocation]) -> None:
    _add_allocations(walk, rows)
    receipts = await storage.rows(session, Receipt, Receipt.id, [row.receipt_id for row in rows])
    await _up_from_receipts(session, walk, receipts)


async def _up_from_receipts(session: AsyncSession, walk: Walk, receipts: list[Receipt]) -> None:
    """The line and document each receipt came by, and the receipt that document drew on, up to the source."""
    while receipts:
        lines = await storage.rows(
            session, DocumentLine, DocumentLine.id, [receipt.document_line_id for receipt in receipts]
        )
        found = await storage.rows(session, Document, Document.id, [receipt.document_id for receipt in receipts])
        _add_handed_down(walk, found, lines, receipts)
        _draw_edges(walk, found)
        receipts = await storage.rows(session, Receipt, Receipt.id, [row.drawn_on_receipt_id for row in found])


def _draw_edges(walk: Walk, rows: Iterable[Document]) -> None:
    for row in rows:
        if row.drawn_on_receipt_id is not None:
            walk.join(f"receipt:{row.drawn_on_receipt_id}", f"document:{row.id}", row.total_fen)


def _add_handed_down(
    walk: Walk, found: Iterable[Document], lines: Iterable[DocumentLine], receipts: Iterable[Receipt]
) -> None:
    for document in found:
        walk.add(nodes.of_document(document))
    for line in lines:
        walk.add(nodes.of_line(line))
        walk.join(f"document:{line.document_id}", f"line:{line.id}", line.amount_fen)
    for receipt in receipts:
        walk.add(nodes.of_receipt(receipt))
        walk.join(f"line:{receipt.document_line_id}", f"receipt:{receipt.id}", receipt.amount_fen)


def _add_allocations(walk: Walk, rows: Iterable[Allocation]) -> None:
    for row in rows:
        walk.add(nodes.of_allocation(row))
        walk.join(f"receipt:{row.receipt_id}", f"allocation:{row.id}", row.amount_fen)


def _add_claims(walk: Walk, rows: Iterable[Claim]) -> None:
    for row in rows:
        walk.add(nodes.of_claim(row))
        origin = (
            f"allocation:{row.allocation_id}" if row.releases_claim_id is None else f"claim:{row.releases_claim_id}"
        )
        walk.join(origin, f"claim:{row.id}", row.amount_fen)


def _add_payments(walk: Walk, rows: Iterable[Payment]) -> None:
    for row in rows:
        walk.add(nodes.of_payment(row))
        walk.join(f"claim:{row.claim_id}", f"payment:{row.id}", row.amount_fen)


def _add_batches(walk: Walk, rows: Iterable[GrantBatch]) -> None:
    for row in rows:
        walk.add(nodes.of_batch(row))
        walk.join(f"allocation:{row.allocation_id}", f"batch:{row.id}", row.total_fen)


def _answer(start: str, walk: Walk) -> wire.Trace:
    return wire.Trace(
        start=start,
        nodes=[wire.TraceNode.model_validate(node) for node in walk.ordered_nodes()],
        edges=[wire.TraceEdge.model_validate(edge) for edge in walk.ordered_edges()],
    )

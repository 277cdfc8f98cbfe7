"""Filling a walk: down from things to everything their money became, up from things to their source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.funds.domain.trace import HELD_IN, Walk
from services.funds.operations import trace_nodes as nodes
from services.funds.storage import trace as storage
from services.funds.storage.bank_entries import stands
from services.funds.storage.tables import (
    Allocation,
    Base,
    Claim,
    Document,
    DocumentLine,
    GrantBatch,
    GrantLine,
    Payment,
    PaymentReturn,
    Recall,
    Receipt,
)
from shared.chassis.identity import Actor
from shared.chassis.scope import covers

Row = TypeVar("Row", bound=Base)
BATCH_KINDS = tuple(kind for kind, owner in HELD_IN.items() if owner == "batch")


class Descent:
    """Walks down from things, level by level, until the walk is as large as it may be."""

    def __init__(self, session: AsyncSession, actor: Actor, walk: Walk) -> None:
        self._session, self._actor, self._walk = session, actor, walk

    async def documents(self, level: Sequence[Document]) -> None:
        """Documents, their lines and receipts, the documents drawn on those, and so on; then the allocations."""
        walk = self._walk
        add_documents(walk, level)
        while level:
            lines = await self._next(DocumentLine, DocumentLine.document_id, level)
            seen = [line for line in lines if covers(self._actor.scope, line.division_code)]
            for line in lines:
                if not covers(self._actor.scope, line.division_code):
                    walk.hide(f"document:{line.document_id}", line.amount_fen)
            add_lines(walk, seen)
            walk.close(f"document:{row.id}" for row in level)
            level = await self.lines(seen)

    async def lines(self, seen: Sequence[DocumentLine]) -> list[Document]:
        """Lines and their receipts with what is allocated from them; the documents drawn on them are the answer."""
        receipts = await self._next(Receipt, Receipt.document_line_id, seen)
        add_receipts(self._walk, receipts)
        await self._recalls(Recall.document_line_id, seen)
        self._walk.close(f"line:{line.id}" for line in seen)
        return await self.receipts(receipts)

    async def receipts(self, receipts: Sequence[Receipt]) -> list[Document]:
        drawn = await self._next(Document, Document.drawn_on_receipt_id, receipts)
        add_documents(self._walk, drawn)
        rows = await self._next(Allocation, Allocation.receipt_id, receipts)
        seen = self._seen(rows)
        self._hide(row for row in rows if row.moved_from_id is None)
        add_allocations(self._walk, seen)
        await self._recalls(Recall.receipt_id, receipts)
        self._walk.close(f"receipt:{receipt.id}" for receipt in receipts)
        await self.allocations(seen)
        return drawn

    async def allocations(self, rows: Sequence[Allocation]) -> None:
        """Claims with their payments and returns, and batches of grants; people are not named on this way."""
        moved = await self._next(Allocation, Allocation.moved_from_id, rows)
        self._hide(moved)
        new = [row for row in self._seen(moved) if f"allocation:{row.id}" not in self._walk.nodes]
        add_allocations(self._walk, new)
        await self._recalls(Recall.allocation_id, rows)
        claims = await self._next(Claim, Claim.allocation_id, rows)
        add_claims(self._walk, claims)
        batches = await self._next(GrantBatch, GrantBatch.allocation_id, rows)
        await self.batches(batches)
        self._walk.close(f"allocation:{row.id}" for row in rows)
        await self._payments(claims)
        if new:
            await self.allocations(new)

    def _seen(self, rows: Iterable[Allocation]) -> list[Allocation]:
        """Those of the reader's area."""
        return [row for row in rows if covers(self._actor.scope, row.division_code)]

    def _hide(self, rows: Iterable[Allocation]) -> None:
        """Of those outside the reader's area only how much left what is in it."""
        for row in rows:
            if row.state != "refused" and not covers(self._actor.scope, row.division_code):
                self._walk.hide(_origin(row), row.amount_fen)

    async def _recalls(self, column: InstrumentedAttribute[Any], things: Sequence[Any]) -> None:
        """Money called back from lines, receipts, allocations or retention, and where an approved recall put it.

        A recall names its line and the receipt of it, or its allocation and receipt: it is found twice, counted once.
        """
        found = await self._next(Recall, column, things)
        recalls = [row for row in found if f"recall:{row.id}" not in self._walk.nodes]
        for row in recalls:
            self._walk.add(nodes.of_recall(row))
            thing = {
                "transit": row.document_line_id, "receipt": row.receipt_id, "allocation": row.allocation_id,
                "withheld": row.claim_id,
            }  # fmt: skip
            kind = {"transit": "line", "withheld": "claim"}.get(row.taken_from, row.taken_from)
            self._walk.join(f"{kind}:{thing[row.taken_from]}", f"recall:{row.id}", row.amount_fen)
            if row.state == "approved" and row.back_to_receipt_id is not None:
                self._walk.join(f"recall:{row.id}", f"receipt:{row.back_to_receipt_id}", row.amount_fen, "back")
            elif row.state == "approved":  # gone to the source outside the books
                self._walk.hide(f"recall:{row.id}", row.amount_fen)
        self._walk.close(f"recall:{row.id}" for row in recalls)

    async def claim(self, row: Claim) -> None:
        """A claim, the claims that release what it withheld, and their payments."""
        released = await self._next(Claim, Claim.releases_claim_id, [row])
        add_claims(self._walk, [row, *released])
        await self._payments([row, *released])

    async def _payments(self, claims: Sequence[Claim]) -> None:
        payments = await self._next(Payment, Payment.claim_id, claims)
        add_payments(self._walk, payments)
        await self._recalls(Recall.claim_id, claims)
        self._walk.close(f"claim:{claim.id}" for claim in claims)
        await self.returns(payments)

    async def returns(self, payments: Sequence[Payment]) -> None:
        """What came back of payments, to the allocations they were paid from."""
        by_id = {row.id: row for row in payments}
        returns = await self._next(PaymentReturn, PaymentReturn.payment_id, payments, stands("payment_return"))
        for row in returns:
            payment = by_id[row.payment_id]
            node = nodes.of_return(row, payment.division_code)
            self._walk.add(node)
            self._walk.join(f"payment:{payment.id}", node.id, row.amount_fen)
            self._walk.join(node.id, f"allocation:{payment.allocation_id}", row.amount_fen, "back")
        self._walk.close(f"payment:{row.id}" for row in payments)
        self._walk.close(f"return:{row.id}" for row in returns)

    async def batches(self, rows: Sequence[GrantBatch]) -> None:
        """Batches, and what of them went back to their allocations."""
        add_batches(self._walk, rows)
        back = await storage.given_back(self._session, BATCH_KINDS, [row.id for row in rows]) if rows else {}
        for row in rows:
            if row.id in back:
                self._walk.join(f"batch:{row.id}", f"allocation:{row.allocation_id}", back[row.id], "back")
        self._walk.close(f"batch:{row.id}" for row in rows)

    async def grants(self, batch: GrantBatch) -> list[GrantLine]:
        """The people of a batch whose place the reader may see; the others' parts are hidden."""
        lines = [line for line in await self._next(GrantLine, GrantLine.batch_id, [batch]) if line.state != "refused"]
        seen = [line for line in lines if covers(self._actor.scope, line.division_code or batch.division_code)]
        add_grants(self._walk, seen)
        return seen

    async def _next(
        self,
        table: type[Row],
        column: InstrumentedAttribute[Any],
        parents: Sequence[Any],
        *only: ColumnElement[bool],
    ) -> list[Row]:
        """The rows that follow these things, as many as the walk has room for."""
        if not parents:
            return []
        room = self._walk.room
        found = await storage.rows(self._session, table, column, [row.id for row in parents], room + 1, *only)
        if len(found) > room:
            self._walk.truncated = True
        return found[:room]


async def up_from_claims(session: AsyncSession, actor: Actor, walk: Walk, claim_ids: Iterable[int | None]) -> None:
    """Claims, the claims whose money they release, their allocations and all above."""
    claims = await storage.rows(session, Claim, Claim.id, claim_ids)
    claims += await storage.rows(session, Claim, Claim.id, [claim.releases_claim_id for claim in claims])
    add_claims(walk, claims)
    found = await storage.rows(session, Allocation, Allocation.id, [claim.allocation_id for claim in claims])
    await up_from_allocations(session, actor, walk, found)


async def up_from_allocations(session: AsyncSession, actor: Actor, walk: Walk, rows: Sequence[Allocation]) -> None:
    """Allocations, those their money was moved from, and the receipts all of them come from.

    What money was moved from outside the reader's area is not shown; the walk goes from there on at its receipt.
    """
    add_allocations(walk, rows)
    moved: Sequence[Allocation] = rows
    while found := await storage.rows(session, Allocation, Allocation.id, [row.moved_from_id for row in moved]):
        before = {row.id: row for row in found if covers(actor.scope, row.division_code)}
        for row in moved:
            if row.moved_from_id is not None and row.moved_from_id not in before:
                walk.join(f"receipt:{row.receipt_id}", f"allocation:{row.id}", row.amount_fen)
        moved = list(before.values())
        add_allocations(walk, moved)
    await up_from_receipts(
        session, walk, await storage.rows(session, Receipt, Receipt.id, [row.receipt_id for row in rows])
    )


async def up_from_receipts(session: AsyncSession, walk: Walk, receipts: Sequence[Receipt]) -> None:
    """The line and document each receipt came by, and the receipt that document drew on, up to the source."""
    while receipts:
        add_receipts(walk, receipts)
        lines = await storage.rows(session, DocumentLine, DocumentLine.id, [row.document_line_id for row in receipts])
        receipts = await up_from_lines(session, walk, lines)


async def up_from_lines(session: AsyncSession, walk: Walk, lines: Sequence[DocumentLine]) -> list[Receipt]:
    """Lines and their documents; the receipts those draw on are the answer."""
    add_lines(walk, lines)
    found = await storage.rows(session, Document, Document.id, [line.document_id for line in lines])
    add_documents(walk, found)
    return await storage.rows(session, Receipt, Receipt.id, [row.drawn_on_receipt_id for row in found])


def add_documents(walk: Walk, rows: Iterable[Document]) -> None:
    for row in rows:
        walk.add(nodes.of_document(row))
        if row.drawn_on_receipt_id is not None:
            walk.join(f"receipt:{row.drawn_on_receipt_id}", f"document:{row.id}", row.total_fen)


def add_lines(walk: Walk, rows: Iterable[DocumentLine]) -> None:
    for row in rows:
        walk.add(nodes.of_line(row))
        walk.join(f"document:{row.document_id}", f"line:{row.id}", row.amount_fen)


def add_receipts(walk: Walk, rows: Iterable[Receipt]) -> None:
    for row in rows:
        walk.add(nodes.of_receipt(row))
        walk.join(f"line:{row.document_line_id}", f"receipt:{row.id}", row.amount_fen)


def add_allocations(walk: Walk, rows: Iterable[Allocation]) -> None:
    for row in rows:
        walk.add(nodes.of_allocation(row))
        walk.join(_origin(row), f"allocation:{row.id}", row.amount_fen)


def _origin(row: Allocation) -> str:
    """Where an allocation's money came from: its receipt, or the allocation it was moved from."""
    return f"receipt:{row.receipt_id}" if row.moved_from_id is None else f"allocation:{row.moved_from_id}"


def add_claims(walk: Walk, rows: Iterable[Claim]) -> None:
    for row in rows:
        walk.add(nodes.of_claim(row))
        origin = (
            f"allocation:{row.allocation_id}" if row.releases_claim_id is None else f"claim:{row.releases_claim_id}"
        )
        walk.join(origin, f"claim:{row.id}", row.amount_fen)


def add_payments(walk: Walk, rows: Iterable[Payment]) -> None:
    for row in rows:
        walk.add(nodes.of_payment(row))
        walk.join(f"claim:{row.claim_id}", f"payment:{row.id}", row.amount_fen)


def add_batches(walk: Walk, rows: Iterable[GrantBatch]) -> None:
    for row in rows:
        walk.add(nodes.of_batch(row))
        walk.join(f"allocation:{row.allocation_id}", f"batch:{row.id}", row.total_fen)


def add_grants(walk: Walk, rows: Iterable[GrantLine]) -> None:
    for row in rows:
        walk.add(nodes.of_grant(row))
        walk.join(f"batch:{row.batch_id}", f"grant:{row.id}", row.amount_fen, "share")

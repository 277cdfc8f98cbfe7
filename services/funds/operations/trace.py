"""The walk of the money: from anything it passed through up to the source and down to the payee."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.refusals.grants import TransferNotOfProjects
from services.funds.domain.trace import HELD_IN, Node, Walk, sort_key
from services.funds.operations import trace_walks as walks
from services.funds.operations.trace_walks import Descent
from services.funds.storage import book_imports, documents, sessions
from services.funds.storage import trace as storage
from services.funds.storage.tables import (
    Allocation,
    Base,
    Claim,
    DocumentLine,
    GrantBatch,
    GrantLine,
    Payment,
    Recall,
    Receipt,
)
from shared.chassis import audit, paging
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds_trace as wire

DECIDED = {"allocation": "allocation", "claim": "claim", "payment": "payment", "batch": "grant_batch"}
"""Type of a thing -> the word its decisions are kept under."""


class Tracer:
    """One walk of one reader. Every `of_*` answers one page of it; NotFound for what the reader may not see."""

    def __init__(self, session: AsyncSession, actor: Actor, cursor: str | None, limit: int) -> None:
        self._session, self._actor, self._limit = session, actor, limit
        self._after = paging.decode(cursor, int, int)
        self._walk = Walk()
        self._down = Descent(session, actor, self._walk)

    async def of_document(self, document_id: int) -> wire.Trace:
        """Everything a document's money became, and where it came from."""
        row = await documents.visible(self._session, self._actor, document_id)
        if row is None:
            raise NotFound()
        drawn_on = await storage.rows(self._session, Receipt, Receipt.id, [row.drawn_on_receipt_id])
        await walks.up_from_receipts(self._session, self._walk, drawn_on)
        await self._down.documents([row])
        return await self._answer(f"document:{row.id}")

    async def of_line(self, line_id: int) -> wire.Trace:
        row = await self._row(DocumentLine, line_id, DocumentLine.division_code)
        above = await walks.up_from_lines(self._session, self._walk, [row])
        await walks.up_from_receipts(self._session, self._walk, above)
        await self._down.documents(await self._down.lines([row]))
        return await self._answer(f"line:{row.id}")

    async def of_receipt(self, receipt_id: int) -> wire.Trace:
        row = await self._row(Receipt, receipt_id, Receipt.division_code)
        await walks.up_from_receipts(self._session, self._walk, [row])
        await self._down.documents(await self._down.receipts([row]))
        return await self._answer(f"receipt:{row.id}")

    async def of_allocation(self, allocation_id: int) -> wire.Trace:
        row = await self._row(Allocation, allocation_id, Allocation.division_code)
        return await self._of_allocations(f"allocation:{row.id}", [row])

    async def of_project(self, project_code: str) -> wire.Trace:
        rows = await storage.allocations_of_project(self._session, self._actor, project_code)
        if not rows:
            raise NotFound()
        return await self._of_allocations(f"project:{project_code}", rows)

    async def _of_allocations(self, start: str, rows: Sequence[Allocation]) -> wire.Trace:
        await walks.up_from_allocations(self._session, self._actor, self._walk, rows)
        await self._down.allocations(rows)
        return await self._answer(start)

    async def of_claim(self, claim_id: int) -> wire.Trace:
        row = await self._row(Claim, claim_id, Claim.division_code)
        await walks.up_from_claims(self._session, self._actor, self._walk, [row.id])
        await self._down.claim(row)
        return await self._answer(f"claim:{row.id}")

    async def of_payment(self, payment_id: int) -> wire.Trace:
        """The path of one payment, and what came back of it."""
        row = await self._row(Payment, payment_id, Payment.division_code)
        walks.add_payments(self._walk, [row])
        await walks.up_from_claims(self._session, self._actor, self._walk, [row.claim_id])
        await self._down.returns([row])
        return await self._answer(f"payment:{row.id}")

    async def of_batch(self, trail: Database, batch_id: int) -> wire.Trace:
        """A batch of grants with the people it was for; the reading is noted before the answer leaves."""
        row = await self._row(GrantBatch, batch_id, GrantBatch.division_code)
        await self._up_from_batches([row])
        await self._down.batches([row])
        return await self._noted(trail, f"batch:{row.id}", "trace.batch", await self._down.grants(row))

    async def of_grant(self, trail: Database, line_id: int) -> wire.Trace:
        """One person's grant up to its source; the reading is noted before the answer leaves."""
        row = await self._row(GrantLine, line_id, GrantLine.division_code)
        await self._up_from_grants([row])
        return await self._noted(trail, f"grant:{row.id}", "trace.grant", [row])

    async def of_household(self, trail: Database, household_id: str) -> wire.Trace:
        """Where every grant a household received came from; the reading is noted before the answer leaves."""
        lines = await storage.grants_of_household(self._session, self._actor, household_id)
        if not lines:
            raise NotFound()
        await self._up_from_grants(lines)
        return await self._noted(trail, f"household:{household_id}", "trace.household", lines)

    async def of_transfer(self, transfer_id: int) -> wire.Trace:
        """The walk of the thing a transfer's money went to."""
        found = await storage.transfer(self._session, self._actor, transfer_id)
        if found is None:
            raise NotFound()
        kind, owner = found
        begin = {
            "line": self.of_line, "receipt": self.of_receipt, "allocation": self.of_allocation,
            "claim": self.of_claim, "payment": self.of_payment, "batch": self._of_batch_alone,
            "recall": self._of_recall,
        }.get(HELD_IN.get(kind, ""))  # fmt: skip
        if begin is None:
            raise TransferNotOfProjects()
        answer = await begin(owner)
        return answer.model_copy(update={"start": f"transfer:{transfer_id}"})

    async def _of_recall(self, recall_id: int) -> wire.Trace:
        """The walk of what money is called back from; the recall is in it."""
        (row,) = await storage.rows(self._session, Recall, Recall.id, [recall_id])
        if row.document_line_id is not None and row.taken_from == "transit":
            return await self.of_line(row.document_line_id)
        if row.receipt_id is not None and row.taken_from == "receipt":
            return await self.of_receipt(row.receipt_id)
        assert row.allocation_id is not None
        return await self.of_allocation(row.allocation_id)

    async def _of_batch_alone(self, batch_id: int) -> wire.Trace:
        row = await self._row(GrantBatch, batch_id, GrantBatch.division_code)
        await self._up_from_batches([row])
        await self._down.batches([row])
        return await self._answer(f"batch:{row.id}")

    async def _row(self, table: type[Any], row_id: int, place: Any) -> Any:
        found: Base | None = await storage.row(self._session, table, row_id, self._actor, place)
        if found is None:
            raise NotFound()
        return found

    async def _up_from_grants(self, lines: Sequence[GrantLine]) -> None:
        walks.add_grants(self._walk, lines)
        ids = [line.batch_id for line in lines]
        await self._up_from_batches(await storage.rows(self._session, GrantBatch, GrantBatch.id, ids))

    async def _up_from_batches(self, batches: Sequence[GrantBatch]) -> None:
        walks.add_batches(self._walk, batches)
        ids = [batch.allocation_id for batch in batches]
        found = await storage.rows(self._session, Allocation, Allocation.id, ids)
        await walks.up_from_allocations(self._session, self._actor, self._walk, found)

    async def _noted(self, trail: Database, start: str, action: str, lines: Iterable[GrantLine]) -> wire.Trace:
        persons = sorted({line.person_id for line in lines if line.person_id is not None})
        answer = await self._answer(start)
        await sessions.let_go(self._session)
        await audit.record_read(trail, self._actor, action, persons, "name_masked,amount_fen")
        return answer

    async def _answer(self, start: str) -> wire.Trace:
        """One page of the walk, with the sums of the whole of it."""
        walk = self._walk
        await self._weigh()
        opened = await book_imports.origins(self._session, [(node.type, node.number) for node in walk.nodes.values()])
        gone = await book_imports.undone_among(self._session, opened.values())
        walk.take_out({f"{kind}:{number}" for (kind, number), one in opened.items() if one in gone})
        ordered = walk.ordered_nodes()
        behind = [node for node in ordered if self._after is None or sort_key(node) > self._after]
        page = behind[: self._limit]
        names = {node.id for node in page}
        more = len(behind) > self._limit
        decided = await self._decisions(page)
        return wire.Trace(
            start=start,
            nodes=[self._node(node, opened.get((node.type, node.number)), decided[node.id]) for node in page],
            edges=[wire.TraceEdge.model_validate(edge) for edge in walk.ordered_edges() if edge.target in names],
            nodes_total=len(ordered),
            differences=[wire.TraceDifference.model_validate(found) for found in walk.differences()],
            truncated=walk.truncated,
            next_cursor=paging.encode(*sort_key(page[-1])) if more else None,
        )

    async def _weigh(self) -> None:
        """Look up what stands in the accounts of the walk's things."""
        kinds: dict[str, list[str]] = defaultdict(list)
        for kind, owner in HELD_IN.items():
            kinds[owner].append(kind)
        for owner, names in kinds.items():
            ids = [node.number for node in self._walk.nodes.values() if node.type == owner]
            for kind, number, fen in await storage.holdings(self._session, names, ids) if ids else ():
                self._walk.holds.setdefault(f"{owner}:{number}", {})[kind] = fen

    async def _decisions(self, page: Sequence[Node]) -> dict[str, list[wire.TraceDecision]]:
        found: dict[str, list[wire.TraceDecision]] = defaultdict(list)
        for kind, subject in DECIDED.items():
            ids = [node.number for node in page if node.type == kind]
            for row in await storage.decisions(self._session, subject, ids) if ids else ():
                found[f"{kind}:{row.subject_id}"].append(wire.TraceDecision.model_validate(row))
        return found

    def _node(self, node: Node, book_import_id: int | None, decisions: list[wire.TraceDecision]) -> wire.TraceNode:
        own = {"stands", "holds", "hidden_fen", "complete", "book_import_id", "decisions"}
        return wire.TraceNode(
            **{name: getattr(node, name) for name in set(wire.TraceNode.model_fields) - own},
            stands=node.stands,
            holds=self._walk.holds.get(node.id, {}),
            hidden_fen=self._walk.hidden.get(node.id, 0),
            complete=node.id in self._walk.complete,
            book_import_id=book_import_id,
            decisions=decisions,
        )

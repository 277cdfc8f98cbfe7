"""What offices do with receipts: register money that arrived, look it up."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.days import require_order
from services.funds.domain.divisions import level_of
from services.funds.domain.refusals.distribution import RecallPending
from services.funds.domain.refusals.documents import (
    AmountNotLine,
    DocumentLineUnknown,
    LineNotNamed,
    ReceivingOfficeWrong,
)
from services.funds.storage import decisions, ledger
from services.funds.storage import documents as document_storage
from services.funds.storage import recalls as recall_storage
from services.funds.storage import receipts as storage
from services.funds.storage.tables import Document, DocumentLine, LedgerAccount, Receipt
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.refusals import NotFound
from shared.schemas import funds as wire
from shared.schemas.wire import Page


async def register(session: AsyncSession, actor: Actor, request: wire.NewReceipt) -> wire.Receipt:
    """Register one line of a document: once, whole, by the receiving division's own level."""
    require_in_scope(actor, request.division_code)
    if actor.level != level_of(request.division_code):
        raise ReceivingOfficeWrong()
    document = await document_storage.visible(session, actor, request.document_id)
    if document is None:
        raise NotFound()
    line = await _line(session, document.id, request)
    transit = await ledger.account_of(session, "transit", line.id)
    if not await storage.registered(session, line.id):
        if await recall_storage.pending_of_line(session, line.id):
            raise RecallPending()
        if transit.balance_fen != request.amount_fen:
            raise AmountNotLine(line_fen=transit.balance_fen)
    since = await recall_storage.last_day_of_line(session, line.id) or document.issued_on
    require_order(request.received_on, today=clock.office_today(), not_before=since, pointer="/received_on")
    row = await _enter(session, actor, request, document, line, transit)
    audit.record(
        session, actor, "receipt.register", f"receipt:{row.id}", document_id=document.id, amount_fen=row.amount_fen
    )
    return _answer(row, row.amount_fen)


async def _line(session: AsyncSession, document_id: int, request: wire.NewReceipt) -> DocumentLine:
    """The line to register: the division's only one, or the one the request names."""
    lines = await document_storage.lines_for(session, document_id, request.division_code)
    if request.line_id is not None:
        lines = [line for line in lines if line.id == request.line_id]
    if not lines:
        raise DocumentLineUnknown()
    if len(lines) > 1:
        raise LineNotNamed()
    return lines[0]


async def _enter(
    session: AsyncSession,
    actor: Actor,
    request: wire.NewReceipt,
    document: Document,
    line: DocumentLine,
    transit: LedgerAccount,
) -> Receipt:
    """Insert the receipt and move the line's money from its way into the division's hands."""
    row = Receipt(
        document_line_id=line.id,
        fund_year=document.fund_year,
        fund_kind=document.fund_kind,
        batch=document.batch,
        direction=line.direction,
        project_code=line.project_code,
        **request.model_dump(exclude={"line_id"}),
    )
    decisions.sign(actor, row)
    await storage.add(session, row)
    account = LedgerAccount(
        kind="receipt", owner_id=row.id, division_code=row.division_code, fund_year=row.fund_year,
        fund_kind=row.fund_kind, batch=row.batch, receipt_id=row.id,
    )  # fmt: skip
    await ledger.open_accounts(session, [account])
    move = ledger.Movement(transit, account, row.amount_fen, "register", row.received_on, "receipt", row.id)
    await ledger.post(session, actor, row.division_code, [move])
    return row


async def get(session: AsyncSession, actor: Actor, receipt_id: int) -> wire.Receipt:
    row = await storage.visible(session, actor, receipt_id)
    if row is None:
        raise NotFound()
    return _answer(row, (await ledger.account_of(session, "receipt", row.id)).balance_fen)


async def list_receipts(
    session: AsyncSession, actor: Actor, area: str, fund_year: int | None, cursor: str | None, limit: int
) -> Page[wire.Receipt]:
    after = paging.decode(cursor, int)
    found = await storage.list_visible(session, actor, area, fund_year, int(after[0]) if after else None, limit + 1)
    items = [_answer(row, left) for row, left in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].receipt_id) if len(found) > limit else None)


def _answer(row: Receipt, left_fen: int) -> wire.Receipt:
    copied = set(wire.Receipt.model_fields) - {"receipt_id", "left_fen", "registered_by"}
    values = {name: getattr(row, name) for name in copied}
    return wire.Receipt(**values, receipt_id=row.id, left_fen=left_fen, registered_by=row.entered_by)

"""A grant batch from its workbook (发放名单): read whole, then prepared like any other list."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import grant_sheet
from services.funds.domain.refusals.grants import GrantSheetUnreadable
from services.funds.operations import grant_batches
from services.funds.operations.grant_batches import Head
from shared.chassis import workbooks
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import Refusal, TooLarge
from shared.schemas import funds_grants as wire

MAX_BYTES = 10 * 1024 * 1024
WANTED = workbooks.Wanted(grant_sheet.SHEET, max_rows=grant_sheet.MAX_LINES + 100, max_unpacked=100 * 1024 * 1024)
_FAULTS: dict[str, type[Refusal]] = {
    "unreadable": GrantSheetUnreadable,
    "sheet_missing": GrantSheetUnreadable,
    "unsafe": GrantSheetUnreadable,
    "too_large": TooLarge,
}


async def prepare(session: AsyncSession, actor: Actor, peer: Peer, head: Head, content: bytes) -> wire.GrantBatch:
    """Prepare the list a workbook holds; a line's reference is its row, `row-2` for the first."""
    lines = await read(content)
    request = wire.NewGrantBatch(
        programme=head.programme,
        allocation_id=head.allocation_id,
        fund_year=head.fund_year,
        period=head.period,
        mode="accept_good" if head.mode == "accept_good" else "refuse_batch",
        prepared_on=head.prepared_on,
        lines=[
            wire.NewGrantLine(
                ref=f"row-{line.row}",
                identity_number=line.identity_number,
                amount_fen=line.amount_fen,
                payee_identity_number=line.payee_identity_number,
            )
            for line in lines
        ],
    )
    return await grant_batches.prepare(session, actor, peer, request)


async def read(content: bytes) -> list[grant_sheet.SheetLine]:
    """The lines of a workbook's sheet 发放名单. Raises TooLarge, GrantSheetUnreadable and the sheet's refusals."""
    if len(content) > MAX_BYTES:
        raise TooLarge()
    try:
        rows = await workbooks.read_sheet(content, WANTED)
    except workbooks.SheetFault as fault:
        raise _FAULTS[fault.kind]() from fault
    return grant_sheet.read(rows)

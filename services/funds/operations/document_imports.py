"""A fund document from its workbook (资金分配表): read, checked, issued like any other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import allocation_sheet
from services.funds.domain.refusals.documents import DivisionClosed, DivisionUnknown, WorkbookWrong
from services.funds.operations import documents
from shared.chassis import workbooks
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import Refusal, RuleBroken, TooLarge
from shared.schemas import funds as wire

MAX_BYTES = 10 * 1024 * 1024
WANTED = workbooks.Wanted(allocation_sheet.SHEET, max_rows=3_100, max_unpacked=100 * 1024 * 1024)
_FAULTS: dict[str, type[Refusal]] = {
    "unreadable": WorkbookWrong,
    "sheet_missing": WorkbookWrong,
    "unsafe": WorkbookWrong,
    "too_large": TooLarge,
}


@dataclass(frozen=True, slots=True)
class Head:
    """The document's head, as filled into the form beside the workbook."""

    number: str
    title: str
    issued_on: date
    issuing_division: str
    fund_year: int
    fund_kind: str
    batch: wire.Batch
    drawn_on_receipt_id: int | None


async def issue(
    session: AsyncSession, actor: Actor, projects_peer: Peer, registry_peer: Peer, head: Head, content: bytes
) -> wire.Document:
    """Issue the document a workbook holds, whole or not at all."""
    lines = await read(content)
    request = wire.NewDocument(
        number=head.number,
        title=head.title,
        issued_on=head.issued_on,
        issuing_division=head.issuing_division,
        fund_year=head.fund_year,
        fund_kind=head.fund_kind,
        batch=head.batch,
        drawn_on_receipt_id=head.drawn_on_receipt_id,
        total_fen=sum(line.amount_fen for line in lines),
        lines=[wire.NewDocumentLine(division_code=line.division_code, amount_fen=line.amount_fen) for line in lines],
    )
    try:
        return await documents.issue(session, actor, projects_peer, registry_peer, request)
    except (DivisionUnknown, DivisionClosed) as refusal:
        raise _with_row(refusal, lines) from refusal


def _with_row(refusal: RuleBroken, lines: list[allocation_sheet.SheetLine]) -> RuleBroken:
    """Name the workbook's row rather than the line's index."""
    parts = refusal.pointer.split("/")
    if len(parts) < 3 or not parts[2].isdigit():
        return refusal
    row = lines[int(parts[2])].row
    return type(refusal)(pointer=f"/file/{row}", row=row, **refusal.facts)


async def read(content: bytes) -> list[allocation_sheet.SheetLine]:
    """The lines of a workbook's sheet 资金分配. Raises TooLarge, WorkbookWrong and the sheet's refusals."""
    if len(content) > MAX_BYTES:
        raise TooLarge()
    try:
        rows = await workbooks.read_sheet(content, WANTED)
    except workbooks.SheetFault as fault:
        raise _FAULTS[fault.kind]() from fault
    return allocation_sheet.read(rows)

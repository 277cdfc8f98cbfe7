"""What offices do with fund documents: issue them, look them up."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import documents as rules
from services.funds.domain.days import require_order
from services.funds.domain.divisions import NATION, ancestors_of
from services.funds.domain.documents import Money
from services.funds.domain.parameters import Parameters
from services.funds.domain.refusals.documents import (
    DocumentLineTaken,
    FundKindNotInYear,
    FundKindUnknown,
)
from services.funds.domain.vocabulary_changes import directions_of
from services.funds.operations.open_divisions import require_open
from services.funds.storage import decisions, ledger, lists, parameters, project_grants
from services.funds.storage import documents as storage
from services.funds.storage import recalls as recall_storage
from services.funds.storage import receipts as receipt_storage
from services.funds.storage.tables import Document, DocumentLine, LedgerAccount, Receipt
from services.funds.upstream import projects, registry
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import covers, require_in_scope
from shared.refusals import NotFound
from shared.schemas import funds as wire
from shared.schemas import registry as registry_wire
from shared.schemas.projects import ProjectGrant
from shared.schemas.wire import Page


async def issue(
    session: AsyncSession, actor: Actor, projects_peer: Peer, registry_peer: Peer, request: wire.NewDocument
) -> wire.Document:
    """Issue a document: its money leaves its source, or the receipt it draws on, and is on its way at once."""
    known = await check_divisions(actor, registry_peer, request)
    codes = [line.project_code for line in request.lines if line.project_code]
    named = await projects.grants_of(projects_peer, actor, codes)
    rules.require_named_known(request.lines, named)
    return await enter(session, actor, request, known, named)


async def enter(
    session: AsyncSession,
    actor: Actor,
    request: wire.NewDocument,
    known: dict[str, registry_wire.Division],
    named: Mapping[str, ProjectGrant] | None = None,
) -> wire.Document:
    """Issue a document whose divisions the registry knows, and projects each project it names."""
    named = named or {}
    receipt = await _check_books(session, actor, request, named)
    await lists.remember_divisions(session, known.values())
    for code in sorted(named):
        await project_grants.keep(session, named[code], "answer")
    row, lines = await _enter(session, actor, request)
    await _send(session, actor, row, lines, receipt)
    audit.record(
        session, actor, "document.issue", f"document:{row.id}", total_fen=row.total_fen, lines=len(lines),
        issuing_division=row.issuing_division,
    )  # fmt: skip
    return await _with_lines(session, actor, row)


async def check_proposed(session: AsyncSession, actor: Actor, peer: Peer, request: wire.NewDocument) -> None:
    """Refuse what could not be issued today, without issuing it."""
    await check_divisions(actor, peer, request)
    await _check_books(session, actor, request, {})


async def _check_books(
    session: AsyncSession, actor: Actor, request: wire.NewDocument, named: Mapping[str, ProjectGrant]
) -> Receipt | None:
    """Refuse a document by what the books say of its kind, its receipt and its day; the receipt it draws on."""
    directions = await _check_kind(session, request)
    receipt = await _drawn_on(session, actor, request)
    rules.require_directions(request.lines, directions, receipt.direction if receipt else None)
    await _check_matching(session, request, named)
    require_order(
        request.issued_on,
        today=clock.office_today(),
        not_before=receipt.received_on if receipt else None,
        pointer="/issued_on",
    )
    return receipt


async def check_divisions(actor: Actor, peer: Peer, request: wire.NewDocument) -> dict[str, registry_wire.Division]:
    """Refuse a document by what needs no record: scope, sums, places. Asks the registry."""
    require_in_scope(actor, request.issuing_division)
    rules.require_lines_add_up(request.total_fen, [line.amount_fen for line in request.lines])
    codes = [line.division_code for line in request.lines]
    rules.require_lines_below(request.issuing_division, request.lines, drawn=request.drawn_on_receipt_id is not None)
    wanted = {*codes, request.issuing_division, *(above for code in codes for above in ancestors_of(code))} - {NATION}
    known = await registry.divisions(peer, actor, wanted)
    if request.issuing_division != NATION:
        require_open(known.get(request.issuing_division), request.issued_on, "/issuing_division")
    for index, code in enumerate(codes):
        require_open(known.get(code), request.issued_on, f"/lines/{index}/division_code")
    return known


async def _check_kind(session: AsyncSession, request: wire.NewDocument) -> list[str]:
    """Refuse a kind the fund year does not know; the kind's directions in that year.

    Money that was received is of its kind, whatever was decided of the kind since.
    """
    kind = await lists.fund_kind(session, request.fund_kind)
    if kind is None:
        raise FundKindUnknown()
    if request.drawn_on_receipt_id is None:
        rules.require_kind_fits(kind.source_level, request.issuing_division)
    terms = await lists.held_terms(session, request.issuing_division, request.fund_kind, request.fund_year)
    if not terms and request.drawn_on_receipt_id is None:
        raise FundKindNotInYear()
    return directions_of([lists.term_of(term) for term in terms])


async def _check_matching(session: AsyncSession, request: wire.NewDocument, named: Mapping[str, ProjectGrant]) -> None:
    """No matching for public-benefit works, by the rate that holds for the issuing division on the day of issue."""
    if any(line.matching_fen for line in request.lines):
        values: Parameters = await parameters.load(session, request.issuing_division, request.issued_on)
        highest = values.get("public_benefit_matching_max").value
        public = [code for code, grant in named.items() if rules.is_public_benefit(grant)]
        rules.require_no_matching(
            request.lines, public_benefit=request.public_benefit, public_projects=public, highest_rate=highest
        )


async def _drawn_on(session: AsyncSession, actor: Actor, request: wire.NewDocument) -> Receipt | None:
    """The issuing division's own receipt the document draws on, of the same money; None when it draws on none."""
    if request.drawn_on_receipt_id is None:
        return None
    receipt = await receipt_storage.visible(session, actor, request.drawn_on_receipt_id)
    if receipt is None or receipt.division_code != request.issuing_division:
        raise NotFound()
    rules.require_same_money(
        Money(request.fund_year, request.fund_kind, request.batch),
        Money(receipt.fund_year, receipt.fund_kind, receipt.batch),
    )
    return receipt


async def _enter(session: AsyncSession, actor: Actor, request: wire.NewDocument) -> tuple[Document, list[DocumentLine]]:
    """A number stands once; a paper whose money was all called back leaves it to the right one."""
    key = rules.number_key(request.number)
    if await storage.stated(session, key, [line.division_code for line in request.lines]):
        raise DocumentLineTaken()
    gone = await storage.undone_lines(session, key)
    key = rules.key_again(key, await storage.entries_called_back(session, request.issuing_division, key))
    values = request.model_dump(exclude={"lines", "office_name", "public_benefit"})
    row = Document(**values, number_key=key, office_name=request.office_name or "")
    decisions.sign(actor, row)
    lines = [
        DocumentLine(
            number=number, number_key=rules.line_key(key, _place(line), gone), division_code=line.division_code,
            amount_fen=line.amount_fen, direction=line.direction or "", project_code=line.project_code or "",
            matching_fen=line.matching_fen,
        )
        for number, line in enumerate(request.lines, start=1)
    ]  # fmt: skip
    await storage.add(session, row, lines)
    return row, lines


def _place(line: wire.NewDocumentLine) -> tuple[str, str, str]:
    return line.division_code, line.direction or "", line.project_code or ""


async def _send(
    session: AsyncSession, actor: Actor, row: Document, lines: list[DocumentLine], receipt: Receipt | None
) -> None:
    """Put each line's money in transit; more than what is left of the receipt is refused by the ledger."""
    transit = [
        LedgerAccount(
            kind="transit", owner_id=line.id, division_code=line.division_code, fund_year=row.fund_year,
            fund_kind=row.fund_kind, batch=row.batch,
        )
        for line in lines
    ]  # fmt: skip
    await ledger.open_accounts(session, transit)
    if receipt is None:
        debit = await ledger.source_account(session, row.issuing_division, row.fund_year, row.fund_kind)
    else:
        debit = await ledger.account_of(session, "receipt", receipt.id)
    kind = "issue" if receipt is None else "pass_down"
    movements = [
        ledger.Movement(debit, credit, line.amount_fen, kind, row.issued_on, "document", row.id, pointer="/total_fen")
        for line, credit in zip(lines, transit, strict=True)
    ]
    await ledger.post(session, actor, row.issuing_division, movements)


async def get(session: AsyncSession, actor: Actor, document_id: int) -> wire.Document:
    row = await storage.visible(session, actor, document_id)
    if row is None:
        raise NotFound()
    return await _with_lines(session, actor, row)


async def list_documents(
    session: AsyncSession,
    actor: Actor,
    area: str,
    fund_year: int | None,
    fund_kind: str | None,
    cursor: str | None,
    limit: int,
) -> Page[wire.DocumentHead]:
    after = paging.decode(cursor, int)
    before_id = int(after[0]) if after else None
    found = await storage.list_visible(session, actor, area, fund_year, fund_kind, before_id, limit + 1)
    items = [wire.DocumentHead(**_head(row)) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].document_id) if len(found) > limit else None)


def _head(row: Document) -> dict[str, object]:
    names = ("number", "title", "issued_on", "issuing_division", "fund_year", "fund_kind", "batch", "tranche")
    more = ("office_name", "total_fen", "drawn_on_receipt_id")
    values: dict[str, object] = {name: getattr(row, name) for name in (*names, *more)}
    return values | {"document_id": row.id, "issued_by": row.entered_by, "issuing_office": row.entered_office}


async def _with_lines(session: AsyncSession, actor: Actor, row: Document) -> wire.Document:
    """The document with the lines the actor may see: all for the issuer's area, its own for others."""
    found = await storage.lines_of(session, row.id)
    if not covers(actor.scope, row.issuing_division):
        found = [(line, receipt_id) for line, receipt_id in found if covers(actor.scope, line.division_code)]
    names = await lists.division_names(session, [line.division_code for line, _ in found])
    recalled = await recall_storage.recalled_of_lines(session, [line.id for line, _ in found])
    copied = ("division_code", "amount_fen", "direction", "project_code", "matching_fen")
    lines = [
        wire.DocumentLine(
            **{name: getattr(line, name) for name in copied},
            line_id=line.id,
            division_name=names.get(line.division_code, line.division_code),
            recalled_fen=recalled.get(line.id, 0),
            receipt_id=receipt_id,
        )
        for line, receipt_id in found
    ]
    return wire.Document(**_head(row), lines=lines)

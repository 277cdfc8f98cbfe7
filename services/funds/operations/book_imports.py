"""Opening books: a county's running year sent in as its office kept it, checked row by row, posted by a second person.

Sending in is always a dry run: nothing is posted, every fault is told with its remedy. Books are posted as a whole.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import book_checks
from services.funds.domain.book_checks import Checked, Known
from services.funds.domain.book_faults import Fault
from services.funds.domain.book_lines import PARTS, Books, facts_of, line_of
from services.funds.domain.days import require_order
from services.funds.domain.divisions import NATION, level_of
from services.funds.domain.documents import number_key
from services.funds.domain.parameters import Parameters
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals import books as refusals
from services.funds.operations import book_postings, book_sheets, book_views
from services.funds.storage import book_imports as storage
from services.funds.storage import claims, decisions, lists, parameters, project_grants, sessions, uses
from services.funds.storage.tables import BookImport, BookImportFault, BookImportFile, BookImportLine
from services.funds.upstream import projects, registry
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import require_in_scope
from shared.refusals import NotFound
from shared.schemas import funds_books as wire
from shared.schemas.projects import ProjectGrant
from shared.schemas.wire import Page

_PROJECT_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)


async def send_in(
    session: AsyncSession,
    actor: Actor,
    projects_peer: Peer,
    registry_peer: Peer,
    division_code: str,
    fund_year: int,
    files: Mapping[str, bytes],
) -> wire.BookImport:
    """Read and check the books; keep them with their report. `checked` waits for a second person."""
    require_in_scope(actor, division_code)
    if actor.level != "county" or level_of(division_code) != "county":
        raise refusals.BookDivisionWrong()
    read = await book_sheets.read(files)
    issuers = {line.issuer for line in read.books.receipts} | {division_code}
    divisions = await registry.divisions(registry_peer, actor, issuers - {NATION})
    grants = await _ask(projects_peer, actor, read.books)
    sites = await registry.divisions(registry_peer, actor, {grant.division_code[:9] for grant in grants.values()})
    digest = _digest(division_code, fund_year, read.books)
    if await storage.stands(session, division_code, digest):
        raise refusals.BookAlreadySentIn()
    await lists.remember_divisions(session, (divisions | sites).values())
    faults = read.faults
    if not faults:
        book_checks.require_before(read.books, await storage.live_from(session, division_code, fund_year))
        known = await _known(session, division_code, fund_year, read.books, grants, {*divisions, NATION})
        faults = book_checks.check(read.books, known).faults
    for grant in grants.values():
        await project_grants.keep(session, grant, "answer")
    row = _row(division_code, fund_year, digest, read, faults)
    decisions.sign(actor, row)
    await storage.add(session, row, _files(files), _lines(read.books), _faults(faults))
    audit.record(
        session, actor, "book_import.send_in", f"book_import:{row.id}", lines=row.lines, faulty_lines=row.faulty_lines
    )
    return book_views.answer(row, _missing(faults))


async def _ask(peer: Peer, actor: Actor, books: Books) -> dict[str, ProjectGrant]:
    codes = {line.project_code for line in books.allocations} | {line.project_code for line in books.receipts}
    return await projects.grants_of(peer, actor, (code for code in codes if _PROJECT_CODE.fullmatch(code)))


async def _known(
    session: AsyncSession,
    division_code: str,
    fund_year: int,
    books: Books,
    grants: Mapping[str, ProjectGrant],
    divisions: Iterable[str],
) -> Known:
    """What the books are checked against on this day."""
    kinds, directions = await _kinds(session, division_code, fund_year)
    keys = {line.number: number_key(line.number) for line in books.receipts}
    taken = await storage.taken_numbers(session, division_code, sorted(set(keys.values())))
    every_kind = await lists.fund_kinds(session)
    values = await parameters.load(session, division_code, clock.office_today())
    references = await storage.taken_references(session, division_code, [line.reference for line in books.payments])
    return Known(
        division_code=division_code,
        fund_year=fund_year,
        today=clock.office_today(),
        kinds=kinds,
        directions=directions,
        sources={kind.code: kind.source_level for kind in every_kind},
        special=frozenset(kind.code for kind in every_kind if kind.special),
        uses={name: use.code for use in await uses.list_all(session) for name in (use.label_zh, use.code)},
        bans=await uses.bans_in(session, division_code),
        divisions=frozenset(divisions),
        grants=grants,
        allocated=await storage.allocated_to(session, sorted(grants), fund_year),
        claimed={
            code: await claims.claimed_by(session, code)
            for code, grant in grants.items()
            if grant.contract_fen is not None
        },
        retention_rates=_retention_rates(books, values, fund_year),
        documents=frozenset(number for number, key in keys.items() if not taken.get(key, True)),
        vouchers=frozenset(await storage.taken_vouchers(session, division_code, [line.key for line in books.payments])),
        references=frozenset(reference for reference, only_undone in references.items() if not only_undone),
    )


def _retention_rates(books: Books, values: Parameters, fund_year: int) -> dict[date, str]:
    """The highest rate on the days of claims; a day long before the fund year is a fault of its own."""
    days = {line.claimed_on for line in books.payments if line.kind == "pay" and line.withheld_fen}
    first = date(fund_year - 1, 1, 1)
    return {day: values.get("retention_rate_max", on=day).value for day in days if day >= first}


async def _kinds(
    session: AsyncSession, division_code: str, fund_year: int
) -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    """Kinds of money the year knows, by every name they have, and the directions of each."""
    names: dict[str, str] = {}
    directions: dict[str, frozenset[str]] = {}
    general = {row.code: row.label_zh for row in await lists.fund_kinds(session)}
    for term in await lists.fund_kind_terms(session, division_code):
        if term.from_year <= fund_year and (term.to_year is None or fund_year <= term.to_year):
            directions[term.fund_kind] = frozenset(lists.parts_of(term.directions))
            names |= {term.fund_kind: term.fund_kind, general[term.fund_kind]: term.fund_kind}
    for term in await lists.fund_kind_terms(session, division_code):
        if term.fund_kind in directions:
            names.setdefault(term.label_zh, term.fund_kind)
    return names, directions


def _row(
    division_code: str, fund_year: int, digest: str, read: book_sheets.Read, faults: Sequence[Fault]
) -> BookImport:
    books = read.books
    paid = [line for line in books.payments if line.kind != "return"]
    return BookImport(
        division_code=division_code,
        fund_year=fund_year,
        state="faulty" if faults else "checked",
        content_sha256=digest,
        lines=sum(1 for _ in books.lines()),
        faulty_lines=len({(fault.part, fault.row) for fault in faults}),
        received_fen=sum(line.amount_fen for line in books.receipts),
        allocated_fen=sum(line.amount_fen for line in books.allocations),
        paid_fen=sum(line.amount_fen for line in paid),
        returned_fen=sum(line.amount_fen for line in books.payments if line.kind == "return"),
        withheld_fen=sum(line.withheld_fen for line in paid)
        - sum(line.amount_fen for line in paid if not line.from_allocation),
        notes=read.notes,
    )


def _digest(division_code: str, fund_year: int, books: Books) -> str:
    """What the lines say, whatever file, unit, order of columns or hidden row they stood in."""
    said = sorted(
        json.dumps([part, facts_of(line) | {"row": 0}], ensure_ascii=False, sort_keys=True)
        for part, line in books.lines()
    )
    return hashlib.sha256("\n".join([division_code, str(fund_year), *said]).encode()).hexdigest()


def _files(files: Mapping[str, bytes]) -> list[BookImportFile]:
    return [BookImportFile(part=part, content=content) for part, content in files.items()]


def _lines(books: Books) -> list[BookImportLine]:
    return [BookImportLine(part=part, row=line.row, facts=facts_of(line)) for part, line in books.lines()]


def _faults(faults: Sequence[Fault]) -> list[BookImportFault]:
    return [
        BookImportFault(
            number=number, part=fault.part, row=fault.row, column=fault.column, code=fault.code,
            project_code=fault.project_code, left_fen=fault.left_fen,
        )
        for number, fault in enumerate(faults, start=1)
    ]  # fmt: skip


def _missing(faults: Iterable[Fault | BookImportFault]) -> list[str]:
    return sorted({fault.project_code for fault in faults if fault.code == "project_unknown" and fault.project_code})


async def decide(
    session: AsyncSession, actor: Actor, projects_peer: Peer, import_id: int, request: wire.NewBookDecision
) -> wire.BookImport:
    """A second person posts the books as a whole, on what is known at this moment, or refuses them."""
    seen = await storage.visible(session, actor, import_id)
    if seen is None:
        raise NotFound()
    books = _books(await storage.lines(session, import_id))
    grants: dict[str, ProjectGrant] = {}
    if request.outcome == "approve":
        await sessions.let_go(session)
        grants = await _ask(projects_peer, actor, books)
    row = await storage.visible(session, actor, import_id, lock=True)
    if row is None:
        raise NotFound()
    _check_decision(actor, row, request)
    row.state = "posted" if request.outcome == "approve" else "refused"
    decisions.record(
        session, actor, row, ("book_import", row.id), "decision",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    if request.outcome == "approve":
        await _post(session, actor, row, books, grants)
    audit.record(
        session, actor, "book_import.decide", f"book_import:{row.id}", outcome=request.outcome, lines=row.lines,
        received_fen=row.received_fen, paid_fen=row.paid_fen,
    )  # fmt: skip
    return book_views.answer(row, [])


def _check_decision(actor: Actor, row: BookImport, request: wire.NewBookDecision) -> None:
    if row.state != "checked":
        raise refusals.BookNotWaiting()
    require_other_person(actor.person, row.entered_person)
    require_order(
        request.decided_on, today=clock.office_today(), not_before=clock.office_day(row.entered_at),
        pointer="/decided_on",
    )  # fmt: skip


async def _post(
    session: AsyncSession, actor: Actor, row: BookImport, books: Books, grants: Mapping[str, ProjectGrant]
) -> None:
    for code in sorted(grants):
        await project_grants.keep(session, grants[code], "answer")
        await project_grants.lock_project(session, grants[code])
    book_checks.require_before(books, await storage.live_from(session, row.division_code, row.fund_year))
    issuers = {line.issuer for line in books.receipts}
    known = await _known(session, row.division_code, row.fund_year, books, grants, issuers)
    checked: Checked = book_checks.check(books, known)
    if checked.faults:
        raise refusals.BookFaultyNow(rows=len(checked.faults))
    await book_postings.Posting(session, actor, row, grants).post(checked)


def _books(lines: Sequence[BookImportLine]) -> Books:
    parts: dict[str, list[object]] = {part: [] for part in PARTS}
    for line in lines:
        parts[line.part].append(line_of(line.part, line.facts))
    return Books(**{part: tuple(found) for part, found in parts.items()})  # type: ignore[arg-type]


async def get(session: AsyncSession, actor: Actor, import_id: int) -> wire.BookImport:
    row = await storage.visible(session, actor, import_id)
    if row is None:
        raise NotFound()
    return book_views.answer(row, _missing(await storage.faults(session, row.id)))


async def list_imports(
    session: AsyncSession, actor: Actor, area: str, fund_year: int | None, cursor: str | None, limit: int
) -> Page[wire.BookImport]:
    after = paging.decode(cursor, int)
    found = await storage.list_visible(session, actor, area, fund_year, int(after[0]) if after else None, limit + 1)
    items = [book_views.answer(row, _missing(await storage.faults(session, row.id))) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].import_id) if len(found) > limit else None)


async def list_faults(
    session: AsyncSession, actor: Actor, import_id: int, cursor: str | None, limit: int
) -> Page[wire.BookImportFault]:
    """What is wrong, row by row, each with what helps."""
    if await storage.visible(session, actor, import_id) is None:
        raise NotFound()
    after = paging.decode(cursor, int)
    found = await storage.faults(session, import_id, int(after[0]) if after else 0, limit + 1)
    items = [book_views.fault(row) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(found[limit - 1].number) if len(found) > limit else None)

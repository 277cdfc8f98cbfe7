"""Donations: entered with a receipt that has no gap before it, used for what the donor meant, shown to everybody."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import donations as rules
from services.funds.domain.allocations import ENDED
from services.funds.domain.days import require_order
from services.funds.domain.refusals.grants import ProgrammeUnknown
from services.funds.domain.refusals.spending import ProjectNotInLibrary, ProjectStopped
from services.funds.operations.open_divisions import require_division
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.storage import decisions, ledger, lists, outside_books, pages, sessions
from services.funds.storage import donations as storage
from services.funds.storage.outside_books import Cause
from services.funds.storage.tables import Donation
from services.funds.upstream import projects
from shared.chassis import audit, clock
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import require_in_scope
from shared.refusals import NotFound
from shared.schemas import funds_donations as wire
from shared.schemas.wire import Page

ACCOUNTS = ("donation", "donation_reserved", "donation_used")
"""Left, proposed for a use, used: the three accounts of a donation."""


async def register(
    session: AsyncSession, actor: Actor, projects_peer: Peer, registry_peer: Peer, request: wire.NewDonation
) -> wire.Donation:
    """Enter a donation and give it the county's next receipt number of the year."""
    county = rules.require_place(request.division_code)
    require_in_scope(actor, request.division_code)
    require_order(request.received_on, today=clock.office_today(), pointer="/received_on")
    rules.require_donor(request.donor_kind, request.donor_name, request.donor_uscc, request.public_name)
    rules.require_at_most_one_aim(request.project_code, request.programme)
    rules.require_impersonal(purpose=request.purpose, public_name=request.public_name)
    await require_division(registry_peer, actor, request.division_code, request.received_on)
    if request.project_code is not None:
        rules.require_of_county(await require_project(projects_peer, actor, request.project_code), county)
    if request.programme is not None:
        await require_programme(session, request.programme)
    year = request.received_on.year
    number = await storage.next_receipt_number(session, county, year)
    entry = await storage.next_entry(session, county, request.bank_reference)
    row = Donation(county_code=county, receipt_year=year, receipt_number=number, entry=entry, **request.model_dump())
    decisions.sign(actor, row)
    await pages.add(session, row)
    await _bring_in(session, actor, row)
    audit.record(session, actor, "donation.register", f"donation:{row.id}", amount_fen=row.amount_fen)
    return (await answers(session, [row]))[0]


async def _bring_in(session: AsyncSession, actor: Actor, row: Donation) -> None:
    for kind in ACCOUNTS:
        await outside_books.open_account(session, "gift", kind, row.id, row.county_code, row.receipt_year)
    left = await ledger.account_of(session, "donation", row.id)
    cause = Cause("donate", "donation", row.id, row.received_on)
    await outside_books.bring_in(session, actor, "gift", left, row.amount_fen, cause)


async def require_project(peer: Peer, actor: Actor, code: str) -> str:
    """The county of a project of the library; asked before the first SQL. Raises ProjectNotInLibrary."""
    grant = await projects.grant_of(peer, actor, code)
    if grant is None or not grant.in_library:
        raise ProjectNotInLibrary()
    return grant.county_code


async def require_going_on(peer: Peer, actor: Actor, code: str) -> str:
    """The county of a project that may still receive money. Raises ProjectStopped, ProjectNotInLibrary."""
    grant = await projects.grant_of(peer, actor, code)
    if grant is not None and grant.state in ENDED:
        raise ProjectStopped()
    if grant is None or not grant.in_library:
        raise ProjectNotInLibrary()
    return grant.county_code


async def require_programme(session: AsyncSession, code: str) -> None:
    """Refuse a programme for households that there is none of. Raises ProgrammeUnknown."""
    if code not in {row.code for row in await lists.programmes(session)}:
        raise ProgrammeUnknown()


async def get(session: AsyncSession, actor: Actor, trail: Database, donation_id: int) -> wire.Donation:
    row = await pages.visible(session, Donation, actor, donation_id)
    if row is None:
        raise NotFound()
    found = await answers(session, [row])
    await _note(session, actor, trail, found)
    return found[0]


async def list_donations(
    session: AsyncSession, actor: Actor, trail: Database, area: str, year: int | None, cursor: str | None, limit: int
) -> Page[wire.Donation]:
    wanted = [] if year is None else [Donation.receipt_year == year]
    rows = await pages.newest(session, Donation, actor, area, wanted, before_of(cursor), limit + 1)
    items = await answers(session, rows[:limit])
    page = page_of(rows, limit, lambda row: row.id, items)
    await _note(session, actor, trail, items)
    return page


async def _note(session: AsyncSession, actor: Actor, trail: Database, items: Sequence[wire.Donation]) -> None:
    await sessions.let_go(session)
    subjects = [f"donation:{item.donation_id}" for item in items]
    await audit.record_read(trail, actor, "donation.read", subjects, "donor_name,amount_fen")


async def list_published(
    session: AsyncSession, area: str, year: int | None, cursor: str | None, limit: int
) -> Page[wire.PublishedDonation]:
    """Every donation with what it was used for so far, and of the donor only the name they allowed."""
    wanted = [] if year is None else [Donation.receipt_year == year]
    rows = await pages.newest(session, Donation, None, area, wanted, before_of(cursor), limit + 1)
    items = [_published(row, found) for row, found in zip(rows, await answers(session, rows[:limit]), strict=False)]
    return page_of(rows, limit, lambda row: row.id, items)


def _published(row: Donation, found: wire.Donation) -> wire.PublishedDonation:
    """Of one undone no more than its number, its amount and the day: what was entered wrongly is said to nobody."""
    said = {name: getattr(row, name) for name in ("purpose", "project_code", "programme")} | {"donor": row.public_name}
    if found.reversed_on is not None:
        said = {"purpose": "", "project_code": None, "programme": None, "donor": None}
    return shaped(
        wire.PublishedDonation, row, receipt_no=found.receipt_no, used_fen=found.used_fen,
        left_fen=found.left_fen + found.reserved_fen, reversed_on=found.reversed_on, **said,
    )  # fmt: skip


async def answers(session: AsyncSession, rows: Sequence[Donation]) -> list[wire.Donation]:
    ids = [row.id for row in rows]
    left, reserved, used = [await outside_books.balances(session, kind, ids) for kind in ACCOUNTS]
    undone = await storage.reversed_on(session, ids)
    return [
        shaped(
            wire.Donation, row, donation_id=row.id,
            receipt_no=rules.receipt_no(row.county_code, row.receipt_year, row.receipt_number),
            left_fen=left[row.id], reserved_fen=reserved[row.id], used_fen=used[row.id],
            reversed_on=undone.get(row.id),
        )
        for row in rows
    ]  # fmt: skip

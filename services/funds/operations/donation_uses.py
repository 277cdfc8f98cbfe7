"""Uses of donations: proposed by one person, which sets the money aside, and decided on by another."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import donations as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.giving import HouseholdElsewhere
from services.funds.domain.refusals.spending import AlreadyDecided
from services.funds.operations.donations import require_going_on, require_programme
from services.funds.operations.registered import FORMERLY, household_of
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.storage import decisions, ledger, outside_books, pages, project_grants, sessions
from services.funds.storage.outside_books import Cause
from services.funds.storage.tables import Donation, DonationUse
from services.funds.upstream import projects
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import NotFound
from shared.schemas import funds as common_wire
from shared.schemas import funds_donations as wire
from shared.schemas.wire import Page


async def propose(
    session: AsyncSession,
    actor: Actor,
    projects_peer: Peer,
    registry_peer: Peer,
    donation_id: int,
    request: wire.NewDonationUse,
) -> wire.DonationUse:
    """Set a part of a donation aside for a project or a programme, the donor's own where one was named.

    Where the project the donor named has ended, another aim needs the paper by which the donor agreed to it.
    """
    freed = request.donor_consent is not None and await _is_freed(session, actor, projects_peer, donation_id)
    county = None
    if request.project_code is not None:
        county = await require_going_on(projects_peer, actor, request.project_code)
    household = None
    if request.identity_number is not None:
        household = await household_of(registry_peer, actor, request.used_on, request.identity_number, (FORMERLY,))
    donation = await pages.visible(session, Donation, actor, donation_id)
    if donation is None:
        raise NotFound()
    wished = None if freed else donation.project_code
    rules.require_aim(request.project_code, request.programme, wished, donation.programme)
    if request.programme is not None:
        await require_programme(session, request.programme)
    require_order(request.used_on, today=clock.office_today(), not_before=donation.received_on, pointer="/used_on")
    if county is not None:
        rules.require_of_county(county, donation.county_code)
    if household is not None and not household.is_of(donation.county_code):
        raise HouseholdElsewhere()
    row = DonationUse(
        donation_id=donation.id, county_code=donation.county_code, state="proposed",
        division_code=household.division_code if household else donation.division_code,
        household_id=household.household_id if household else None, **request.model_dump(exclude={"identity_number"}),
    )  # fmt: skip
    decisions.sign(actor, row)
    await pages.add(session, row)
    await _move(
        session, actor, row, "donation", "donation_reserved", Cause("reserve_use", "donation_use", row.id, row.used_on)
    )
    audit.record(session, actor, "donation.use", f"donation_use:{row.id}", amount_fen=row.amount_fen)
    return _answer(row)


async def _is_freed(session: AsyncSession, actor: Actor, peer: Peer, donation_id: int) -> bool:
    """Whether the project the donor named has ended; projects are asked while no connection is held."""
    donation = await pages.visible(session, Donation, actor, donation_id)
    if donation is None:
        raise NotFound()
    wished = donation.project_code
    await sessions.let_go(session)
    return wished is not None and rules.has_ended(await projects.grant_of(peer, actor, wished))


async def _move(session: AsyncSession, actor: Actor, row: DonationUse, origin: str, into: str, cause: Cause) -> None:
    from_account = await ledger.account_of(session, origin, row.donation_id)
    to_account = await ledger.account_of(session, into, row.donation_id)
    await outside_books.move(session, actor, "gift", from_account, to_account, row.amount_fen, cause)


async def decide(
    session: AsyncSession, actor: Actor, use_id: int, request: common_wire.NewDecision
) -> wire.DonationUse:
    """Approve a use, and the money is used; or refuse it, and the donation has it again.

    Nothing is used for a project of which an end was told since the use was proposed.
    """
    row = await pages.visible(session, DonationUse, actor, use_id, lock=True)
    if row is None:
        raise NotFound()
    if row.state != "proposed":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    require_order(request.decided_on, today=clock.office_today(), not_before=row.used_on, pointer="/decided_on")
    approved = request.outcome == "approve"
    if approved and row.project_code is not None:
        await project_grants.require_going_on(session, row.project_code)
    row.state = "approved" if approved else "refused"
    decisions.record(
        session, actor, row, ("donation_use", row.id), "decide",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await session.flush()
    into, kind = ("donation_used", "use") if approved else ("donation", "void_reserve_use")
    cause = Cause(kind, "donation_use", row.id, request.decided_on)
    await _move(session, actor, row, "donation_reserved", into, cause)
    audit.record(session, actor, "donation.decide", f"donation_use:{row.id}", outcome=request.outcome)
    return _answer(row)


async def list_uses(
    session: AsyncSession, actor: Actor, area: str, donation_id: int | None, cursor: str | None, limit: int
) -> Page[wire.DonationUse]:
    wanted = [] if donation_id is None else [DonationUse.donation_id == donation_id]
    rows = await pages.newest(session, DonationUse, actor, area, wanted, before_of(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, [_answer(row) for row in rows[:limit]])


def _answer(row: DonationUse) -> wire.DonationUse:
    return shaped(wire.DonationUse, row, use_id=row.id, proposed_by=row.entered_by)

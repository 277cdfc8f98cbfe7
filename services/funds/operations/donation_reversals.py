"""A donation entered wrongly (捐赠收据作废): its undoing is asked for by one person with a reason, done by another."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.spending import AlreadyDecided
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.storage import decisions, ledger, pages
from services.funds.storage.tables import Donation, DonationReversal
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds as common_wire
from shared.schemas import funds_donations as wire
from shared.schemas.wire import Page


async def propose(
    session: AsyncSession, actor: Actor, donation_id: int, request: wire.NewDonationReversal
) -> wire.DonationReversal:
    """Ask for a donation to be undone; nothing moves yet, and it is asked for once."""
    donation = await pages.visible(session, Donation, actor, donation_id)
    if donation is None:
        raise NotFound()
    row = DonationReversal(
        donation_id=donation.id, division_code=donation.division_code, reason=request.reason, state="proposed"
    )
    decisions.sign(actor, row)
    await pages.add(session, row)
    audit.record(session, actor, "donation.ask_reversal", f"donation:{donation.id}")
    return _answer(row)


async def decide(
    session: AsyncSession, actor: Actor, reversal_id: int, request: common_wire.NewDecision
) -> wire.DonationReversal:
    """Undo it on the day of the decision, its receipt's number used up; or leave it as it is.

    The ledger refuses what was used or set aside for a use.
    """
    row = await pages.visible(session, DonationReversal, actor, reversal_id, lock=True)
    if row is None:
        raise NotFound()
    if row.state != "proposed":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    donation = await session.get_one(Donation, row.donation_id)
    day = donation.received_on
    require_order(request.decided_on, today=clock.office_today(), not_before=day, pointer="/decided_on")
    row.state = "approved" if request.outcome == "approve" else "refused"
    decisions.record(
        session, actor, row, ("donation_reversal", row.id), "decide",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await session.flush()
    if row.state == "approved":
        wrong = await ledger.last_transfer(session, "donate", "donation", donation.id)
        await ledger.correct(session, actor, wrong.book, wrong.id, " ".join(row.reason.split()), request.decided_on)
    audit.record(session, actor, "donation.decide_reversal", f"donation:{donation.id}", outcome=request.outcome)
    return _answer(row)


async def list_reversals(
    session: AsyncSession, actor: Actor, area: str, state: str | None, cursor: str | None, limit: int
) -> Page[wire.DonationReversal]:
    wanted = [] if state is None else [DonationReversal.state == state]
    rows = await pages.newest(session, DonationReversal, actor, area, wanted, before_of(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, [_answer(row) for row in rows[:limit]])


def _answer(row: DonationReversal) -> wire.DonationReversal:
    return shaped(wire.DonationReversal, row, reversal_id=row.id)

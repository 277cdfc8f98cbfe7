"""Four-party agreements: entered by one person, put in force by another."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import agreements as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.spending import AlreadyDecided
from services.funds.operations.registered import Household, household_of
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.storage import decisions, pages, period_closes, sessions
from services.funds.storage.tables import Agreement, AgreementAmount, AgreementParty
from shared.chassis import audit, clock
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import NotFound
from shared.schemas import funds as common_wire
from shared.schemas import funds_dividends as wire
from shared.schemas.wire import Page


async def enter(session: AsyncSession, actor: Actor, peer: Peer, request: wire.NewAgreement) -> wire.Agreement:
    """Enter an agreement of a household on the register; its parties and amounts are never changed."""
    _check(request)
    household = await household_of(peer, actor, request.signed_on, request.identity_number)
    row = _row(household, request)
    decisions.sign(actor, row)
    await pages.add(session, row)
    parties = [AgreementParty(agreement_id=row.id, **party.model_dump()) for party in request.parties]
    amounts = [
        AgreementAmount(agreement_id=row.id, number=number, **amount.model_dump())
        for number, amount in enumerate(request.amounts, start=1)
    ]
    await pages.add(session, *parties, *amounts)
    audit.record(session, actor, "agreement.enter", f"agreement:{row.id}", amount_fen=row.amount_fen)
    return await _answer(session, row)


def _check(request: wire.NewAgreement) -> None:
    require_order(request.signed_on, today=clock.office_today(), pointer="/signed_on")
    rules.require_term(request.signed_on, request.valid_from, request.valid_to)
    parties = [rules.Party(party.role, party.name, party.uscc) for party in request.parties]
    rules.require_parties(parties)
    amounts = [rules.Amount(amount.from_role, amount.to_role, amount.due_on) for amount in request.amounts]
    rules.require_amounts(amounts, parties, request.valid_from, request.valid_to)


def _row(household: Household, request: wire.NewAgreement) -> Agreement:
    return Agreement(
        county_code=household.county_code, division_code=household.division_code, number=request.number,
        title=request.title, household_id=household.household_id, person_id=household.person_id,
        household_version=household.household_version, name_masked=household.name_masked,
        signed_on=request.signed_on, valid_from=request.valid_from, valid_to=request.valid_to,
        amount_fen=request.amount_fen, state="entered",
    )  # fmt: skip


async def decide(
    session: AsyncSession, actor: Actor, agreement_id: int, request: common_wire.NewDecision
) -> wire.Agreement:
    """Put an agreement in force, or refuse it: another person than the one who entered it."""
    row = await pages.visible(session, Agreement, actor, agreement_id, lock=True)
    if row is None:
        raise NotFound()
    if row.state != "entered":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    require_order(request.decided_on, today=clock.office_today(), not_before=row.signed_on, pointer="/decided_on")
    await period_closes.require_open(session, row.county_code, request.decided_on)
    row.state = "in_force" if request.outcome == "approve" else "refused"
    decisions.record(
        session, actor, row, ("agreement", row.id), "decide",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await session.flush()
    audit.record(session, actor, "agreement.decide", f"agreement:{row.id}", outcome=request.outcome)
    return await _answer(session, row)


async def get(session: AsyncSession, actor: Actor, trail: Database, agreement_id: int) -> wire.Agreement:
    """An agreement whole; the reading is noted before the answer leaves."""
    row = await pages.visible(session, Agreement, actor, agreement_id)
    if row is None:
        raise NotFound()
    found = await _answer(session, row)
    await sessions.let_go(session)
    await audit.record_read(trail, actor, "agreement.read", [found.person_id], "name_masked,amount_fen")
    return found


async def list_agreements(
    session: AsyncSession,
    actor: Actor,
    trail: Database,
    area: str,
    household_id: str | None,
    cursor: str | None,
    limit: int,
) -> Page[wire.AgreementHead]:
    wanted = [] if household_id is None else [Agreement.household_id == household_id]
    rows = await pages.newest(session, Agreement, actor, area, wanted, before_of(cursor), limit + 1)
    items = [shaped(wire.AgreementHead, row, agreement_id=row.id) for row in rows[:limit]]
    page = page_of(rows, limit, lambda row: row.id, items)
    await sessions.let_go(session)
    subjects = sorted({item.person_id for item in items})
    await audit.record_read(trail, actor, "agreement.read", subjects, "name_masked,amount_fen")
    return page


async def _answer(session: AsyncSession, row: Agreement) -> wire.Agreement:
    parties = await pages.owned(session, AgreementParty, AgreementParty.agreement_id, row.id, AgreementParty.role)
    amounts = await pages.owned(session, AgreementAmount, AgreementAmount.agreement_id, row.id, AgreementAmount.number)
    return shaped(
        wire.Agreement, row, agreement_id=row.id,
        parties=[wire.AgreementParty.model_validate(one) for one in parties],
        amounts=[shaped(wire.AgreementAmount, one) for one in amounts],
    )  # fmt: skip

"""Ordering the payment of a grant batch: everybody in it is asked about once more, and their deaths are waited for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import grants as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.programmes import Programme
from services.funds.domain.refusals.spending import StepNotDue
from services.funds.operations import alerts, uses
from services.funds.operations.grant_batches import give_back
from services.funds.operations.grant_checks import cooled_on, setting_of, standing_of
from services.funds.operations.grants import answer
from services.funds.storage import decisions, grant_holds, ledger, programmes, sessions
from services.funds.storage import grant_batches as storage
from services.funds.storage.tables import GrantBatch, GrantLine
from services.funds.upstream import registry
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import NotFound
from shared.schemas import funds_grants as wire
from shared.schemas.registry_eligibility import EligibilityAnswer

WAITING = frozenset({"account_changed", "account_cooling"})
"""Reasons that do not end a line: it keeps its place and waits for a second check."""
GROWS = "age"
"""The fact that changes by itself; it is judged on the day of preparation only."""


async def order(
    session: AsyncSession, actor: Actor, peer: Peer, batch_id: int, request: wire.NewGrantOrder
) -> wire.GrantBatch:
    """Order a batch's payment: a third person, after asking the register once more about everybody in it.

    Who may no longer be paid today is stopped; who has another account than was approved waits. The money of both
    goes back. Without an answer nothing is ordered.
    """
    seen = await storage.visible(session, actor, batch_id)
    if seen is None:
        raise NotFound()
    programme = await programmes.in_force(session, seen.programme, seen.county_code, seen.prepared_on)
    persons = _people(await storage.lines_of(session, batch_id, "approved"))
    await sessions.let_go(session)
    today = clock.office_today()
    asked = frozenset() if programme is None else programme.asked()
    told = await registry.eligibility_of_persons(peer, actor, today, persons, asked) if persons else {}
    row = await storage.visible(session, actor, batch_id, lock=True)
    if row is None:
        raise NotFound()
    ordered_on = request.ordered_on or today
    _check_order(actor, row, ordered_on)
    await alerts.require_clear(session, row)
    await uses.require_allowed(session, row.allocation_id, ordered_on)
    lines = await storage.lines_of(session, row.id, "approved")
    dead = await grant_holds.lock_payees(session, _people(lines))
    reasons = await _reasons(session, row, programme, lines, told, dead, ordered_on)
    await _release(session, actor, row, request.order_no, ordered_on, lines, reasons)
    return await answer(session, row)


def _people(lines: Sequence[GrantLine]) -> dict[str, str]:
    """Everybody a line is for or goes to, by id."""
    return {one: one for line in lines for one in (line.person_id, line.payee_person_id) if one is not None}


def _check_order(actor: Actor, row: GrantBatch, ordered_on: date) -> None:
    if row.state != "approved":
        raise StepNotDue(state=row.state)
    require_other_person(actor.person, row.entered_person, row.decided_person)
    require_order(ordered_on, today=clock.office_today(), not_before=row.decided_on, pointer="/ordered_on")


async def _reasons(
    session: AsyncSession,
    row: GrantBatch,
    programme: Programme | None,
    lines: Sequence[GrantLine],
    told: Mapping[str, EligibilityAnswer],
    dead: set[str],
    on: date,
) -> dict[int, rules.Reason]:
    """By line why it is not sent to the bank."""
    if programme is None:
        return {line.id: rules.Reason("not_entitled") for line in lines}
    setting = await setting_of(session, programme, row.county_code, row.entitled_year, row.period, row.prepared_on)
    cooled = await cooled_on(session, row.county_code, on)
    standings = {person: standing_of(answer) for person, answer in told.items()}
    mandates = await _mandates(session, lines, on)
    found: dict[int, rules.Reason] = {}
    for line in lines:
        reason = _reason_of(line, setting, standings, dead, mandates, on)
        if reason is not None:
            found[line.id] = reason
        if reason is not None and reason.code == "account_changed":
            line.account_mark = rules.mark_of(standings[line.person_id or ""])
            line.cool_until = cooled
    return found


async def _mandates(session: AsyncSession, lines: Sequence[GrantLine], on: date) -> set[tuple[str, str]]:
    """Those in force on the order's day and today: what ran out or was ended is not used by dating an order back."""
    persons = [line.person_id for line in lines if line.payee_basis == "mandate" and line.person_id is not None]
    return await grant_holds.mandates(session, persons, on, clock.office_today()) if persons else set()


def _reason_of(
    line: GrantLine,
    setting: rules.Setting,
    standings: Mapping[str, rules.Standing],
    dead: set[str],
    mandates: set[tuple[str, str]],
    on: date,
) -> rules.Reason | None:
    person = standings.get(line.person_id or "")
    payee = standings.get(line.payee_person_id or line.person_id or "")
    if person is None or payee is None:
        return rules.Reason("not_registered")
    judged = rules.still_as(person, line.facts, GROWS)
    reason = rules.reason_against(judged, setting, dead)
    reason = reason or rules.too_much_today(judged, line.amount_fen, setting.programme)
    if reason is not None:
        return reason
    if payee.status == "dead" or payee.person_id in dead:
        return rules.Reason("payee_dead")
    if payee.person_id is None:
        return rules.Reason("payee_not_registered")
    mandated = (line.person_id, line.payee_person_id) in mandates
    changed = rules.head_has_changed(line.payee_basis, line.payee_person_id, person)
    changed = changed or rules.guardian_has_left(line.payee_basis, payee, person)
    if changed or (line.payee_basis == "mandate" and not mandated):
        return rules.Reason("payee_not_allowed")
    if line.payee_person_id is not None and rules.mark_of(person) != line.account_mark:
        return rules.Reason("account_changed")
    return rules.Reason("account_cooling") if line.cool_until is not None and on < line.cool_until else None


async def _release(
    session: AsyncSession,
    actor: Actor,
    row: GrantBatch,
    order_no: str,
    ordered_on: date,
    lines: Sequence[GrantLine],
    reasons: Mapping[int, rules.Reason],
) -> None:
    """Stop the lines with a reason or let them wait, send the others to the bank."""
    kept_back = [line for line in lines if line.id in reasons]
    for line in kept_back:
        reason = reasons[line.id]
        waits = reason.code in WAITING
        line.state, line.live = ("waiting", True) if waits else ("stopped", False)
        line.reason, line.reason_detail = reason
    kept_fen = sum(line.amount_fen for line in kept_back)
    sent_fen = sum(line.amount_fen for line in lines) - kept_fen
    row.order_no, row.ordered_on, row.ordered_at = order_no, ordered_on, clock.now()
    row.ordered_by, row.ordered_person = actor.account, actor.person
    row.state = "ordered" if sent_fen else "settled"
    decisions.record(
        session, actor, None, ("grant_batch", row.id), "order", outcome="order", opinion="", decided_on=ordered_on
    )
    await session.flush()
    await storage.set_lines(session, row.id, "approved", "ordered", live=True)
    await grant_holds.release(session, [line.id for line in kept_back if not line.live])
    await give_back(session, actor, row, "batch", kept_fen, ordered_on)
    if sent_fen:
        held = await ledger.account_of(session, "batch", row.id)
        flying = await ledger.account_of(session, "batch_in_flight", row.id)
        move = ledger.Movement(held, flying, sent_fen, "order", ordered_on, "grant_batch", row.id)
        await ledger.post(session, actor, row.county_code, [move])
    audit.record(session, actor, "grant.order", f"grant_batch:{row.id}", amount_fen=sent_fen, kept=len(kept_back))

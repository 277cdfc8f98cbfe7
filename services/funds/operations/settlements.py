"""The bank's word on orders, one request each: what comes at the same time is entered in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.bank_files import PaymentWithBank
from services.funds.domain.refusals.spending import AlreadyDecided
from services.funds.operations import payments
from services.funds.storage import ledger
from services.funds.storage import settlements as storage
from shared.chassis import audit, clock, idempotency
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.lots import Lots
from shared.refusals import NotFound, Refusal
from shared.schemas import funds_spending as wire


@dataclass(frozen=True, slots=True)
class Said:
    """What the bank said of one order, as one request enters it."""

    actor: Actor
    payment_id: int
    result: wire.NewPaymentResult
    claim: idempotency.Claim
    context: Context
    """Of the request: its trace, and what its trail has to know."""


@dataclass(frozen=True, slots=True)
class Due:
    """One that is to be entered: its payment and claim are locked."""

    said: Said
    row: storage.Order


class SaidTwice(Exception):
    """Two requests of a lot are about one payment or claim: the second has to see what became of the first."""


def _require_once(ids: Iterable[int]) -> None:
    named = list(ids)
    if len(set(named)) < len(named):
        raise SaidTwice


Settlements = Lots[Said, wire.Payment]


def settlements(database: Database) -> Settlements:
    """Where requests meet that enter the bank's word."""

    async def carry_out(lot: Sequence[Said]) -> list[wire.Payment | Exception]:
        async with database.session() as session:
            return await enter(session, lot)

    return Lots(carry_out)


async def enter(session: AsyncSession, lot: Sequence[Said]) -> list[wire.Payment | Exception]:
    """Enter the bank's word: paid is final and counts as spent; refused gives the money back to the claim.

    Answers are stored under their keys in the transaction that makes them true. A refusal is given in the place of an
    answer: nothing of it is stored or left behind. Raises TryAgain if somebody took over the claim of one of the keys.
    """
    _require_once(one.payment_id for one in lot)
    judged = await _judged(session, lot)
    due = [one for one in judged if isinstance(one, Due)]
    refused = iter(await _posted(session, due))
    outcomes = [one if isinstance(one, Refusal) else next(refused) or one for one in judged]
    await _noted(session, [one for one in outcomes if isinstance(one, Due)])
    answers = [_answer_of(one) if isinstance(one, Due) else one for one in outcomes]
    made = [(one.claim, given) for one, given in zip(lot, answers, strict=True) if isinstance(given, wire.Payment)]
    await idempotency.finish_all(session, made)
    return list(answers)


async def _judged(session: AsyncSession, lot: Sequence[Said]) -> list[Due | Refusal]:
    """What is to be entered, and why the others are not."""
    rows = await storage.locked(session, [(one.payment_id, one.actor) for one in lot])
    _require_once(row.claim_id for row in rows.values())
    files = await storage.files_of(session, list(rows))
    return [_judge(one, rows.get(one.payment_id), files.get(one.payment_id)) for one in lot]


def _judge(one: Said, row: storage.Order | None, bank_file_id: int | None) -> Due | Refusal:
    try:
        if row is None:
            raise NotFound()
        if row.state != "ordered":
            raise AlreadyDecided()
        if bank_file_id is not None:
            # A file has left, or may any moment: an order refused here would be paid by it, and paid again.
            raise PaymentWithBank(bank_file_id=bank_file_id)
        require_other_person(one.actor.person, row.entered_person)
        day = one.result.settled_on
        require_order(day, today=clock.office_today(), not_before=row.ordered_on, pointer="/settled_on")
        if not row.claim_seen:
            raise NotFound()
    except Refusal as refusal:
        return refusal
    return Due(one, row)


async def _posted(session: AsyncSession, due: Sequence[Due]) -> list[Refusal | None]:
    """Move the money of each; why not, for each."""
    back = [one.row.id for one in due if one.said.result.outcome == "refused"]
    undone = {one: (await ledger.last_transfer(session, "order", "payment", one)).id for one in back}
    postings = []
    for one in due:
        row, result = one.row, one.said.result
        flying = ledger.Place(row.in_flight, "in_flight")
        target = ledger.Place(row.paid, "paid") if result.outcome == "paid" else ledger.Place(row.claim, "claim")
        move = payments.movement_of(row, flying, target, result.outcome, result.settled_on, undone.get(row.id))
        postings.append((one.said.actor, row.county_code, move))
    return await ledger.post_each(session, postings)


async def _noted(session: AsyncSession, settled: Sequence[Due]) -> None:
    """Put what the bank says on each payment and its claim, and keep who entered it, each under its own trace."""
    if not settled:
        return
    await storage.note(session, [_settled(one.said, one.row) for one in settled])
    await audit.record_all(session, [_audited(one.said, one.row) for one in settled])


def _audited(said: Said, row: storage.Order) -> dict[str, Any]:
    noted = payments.audited(row, said.result.outcome)
    return said.context.run(audit.entry, said.actor, **noted)


def _settled(said: Said, row: storage.Order) -> storage.Settled:
    actor, result = said.actor, said.result
    return storage.Settled(
        row.id, row.claim_id, result.outcome, result.settled_on, result.bank_reference, actor.account, actor.person,
        actor.office,
    )  # fmt: skip


def _answer_of(one: Due) -> wire.Payment:
    """The payment as it stands now: the row was read before."""
    result = one.said.result
    said = {"state": result.outcome, "settled_on": result.settled_on, "bank_reference": result.bank_reference}
    return payments.answer_of(one.row, []).model_copy(update=said)

"""What offices do with payments: order them, enter the bank's answer, enter what came back."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.spending import BankReferenceTaken, ReturnTooLarge, StepNotDue
from services.funds.operations import alerts, claim_checks, uses
from services.funds.operations.allocations import account_for
from services.funds.storage import allocations as allocation_storage
from services.funds.storage import bank_entries, decisions, ledger
from services.funds.storage import claims as claim_storage
from services.funds.storage import payments as storage
from services.funds.storage.settlements import Order
from services.funds.storage.tables import Claim, Payment, PaymentReturn
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds_spending as wire
from shared.schemas.wire import Page


async def order(session: AsyncSession, actor: Actor, request: wire.NewPayment) -> wire.Payment:
    """Order the payment of an approved claim: a third person. The money is in flight until the bank answers."""
    claim = await claim_storage.visible(session, actor, request.claim_id, lock=True)
    if claim is None:
        raise NotFound()
    if claim.state != "approved" or claim.payable_fen == 0:
        raise StepNotDue(state=claim.state)
    require_other_person(actor.person, claim.entered_person, claim.decided_person)
    ordered_on = request.ordered_on or clock.office_today()
    require_order(ordered_on, today=clock.office_today(), not_before=claim.decided_on, pointer="/ordered_on")
    await claim_checks.require_approvals(session, actor, claim)
    await alerts.require_clear(session, claim)
    row = Payment(
        claim_id=claim.id, allocation_id=claim.allocation_id, county_code=claim.county_code,
        division_code=claim.division_code, fund_year=claim.fund_year, order_no=request.order_no,
        amount_fen=claim.payable_fen, payee_name=claim.payee_name, payee_uscc=claim.payee_uscc, ordered_on=ordered_on,
        state="ordered",
    )  # fmt: skip
    decisions.sign(actor, row)
    await storage.add(session, row)
    claim.state = "ordered"
    await _send(session, actor, claim, row)
    audit.record(session, actor, "payment.order", f"payment:{row.id}", claim_id=claim.id, amount_fen=row.amount_fen)
    return answer_of(row, [])


async def _send(session: AsyncSession, actor: Actor, claim: Claim, row: Payment) -> None:
    allocation = await allocation_storage.visible(session, actor, claim.allocation_id)
    if allocation is None:
        raise NotFound()
    await uses.of_claim(session, allocation, claim.use_code or None, row.ordered_on)
    accounts = [account_for(allocation, kind, row.id, claim.id) for kind in ("in_flight", "paid")]
    await ledger.open_accounts(session, accounts)
    claimed = await ledger.account_of(session, "claim", claim.id)
    move = ledger.Movement(claimed, accounts[0], row.amount_fen, "order", row.ordered_on, "payment", row.id)
    await ledger.post(session, actor, row.county_code, [move])


async def settle_row(
    session: AsyncSession, actor: Actor, row: Payment, claim: Claim, outcome: str, on: date, reference: str
) -> None:
    """What the bank says of an order, `paid` or `refused`, on a payment and claim the caller has locked."""
    note_result(session, actor, row, claim, outcome, on, reference)
    await session.flush()
    flying = await ledger.account_of(session, "in_flight", row.id)
    paid = outcome == "paid"
    target = await ledger.account_of(session, "paid" if paid else "claim", row.id if paid else row.claim_id)
    reverses = None if paid else (await ledger.last_transfer(session, "order", "payment", row.id)).id
    await ledger.post(session, actor, row.county_code, [movement_of(row, flying, target, outcome, on, reverses)])


def movement_of(
    row: Payment | Order, flying: ledger.Account, target: ledger.Account, outcome: str, on: date, reverses: int | None
) -> ledger.Movement:
    """The money of an order goes to who was paid, or back to the claim by undoing the order."""
    kind = "pay" if outcome == "paid" else "void_order"
    return ledger.Movement(flying, target, row.amount_fen, kind, on, "payment", row.id, reverses)


def note_result(
    session: AsyncSession, actor: Actor, row: Payment, claim: Claim, outcome: str, on: date, reference: str
) -> None:
    """Put what the bank says on the payment and its claim, and keep who entered it."""
    row.state, row.settled_on, row.settled_at = outcome, on, clock.now()
    row.settled_by, row.bank_reference = actor.account, reference
    claim.state = "paid" if outcome == "paid" else "approved"
    decisions.record(
        session, actor, None, ("payment", row.id), "result", outcome=outcome, opinion="", decided_on=on,
    )  # fmt: skip
    audit.record(session, actor, **audited(row, outcome))


def audited(row: Payment | Order, outcome: str) -> dict[str, Any]:
    """What the audit says of an order's result."""
    subject = f"payment:{row.id}"
    return {"action": "payment.confirm", "subject": subject, "outcome": outcome, "amount_fen": row.amount_fen}


async def take_back(
    session: AsyncSession, actor: Actor, payment_id: int, request: wire.NewPaymentReturn
) -> wire.Payment:
    """Enter money that came back, as another person than ordered it: it is its allocation's again and spent no more."""
    row = await storage.visible(session, actor, payment_id, lock=True)
    if row is None:
        raise NotFound()
    if row.state != "paid":
        raise StepNotDue(state=row.state)
    require_other_person(actor.person, row.entered_person)
    require_order(request.returned_on, today=clock.office_today(), not_before=row.settled_on, pointer="/returned_on")
    await return_row(session, actor, row, **request.model_dump())
    return await _with_returns(session, row)


async def return_row(
    session: AsyncSession,
    actor: Actor,
    row: Payment,
    amount_fen: int,
    returned_on: date,
    reason: str,
    bank_reference: str,
) -> None:
    """Money of a paid order goes back to the allocation it came from; all of it back, the claim may be made again.

    A bank that tells only that money came back names both by one number; another payment's number is no return's.
    """
    if await storage.is_number_of_another(session, row, bank_reference):
        raise BankReferenceTaken()
    entry = await bank_entries.next_entry(session, "payment_return", row.county_code, bank_reference)
    back = PaymentReturn(
        payment_id=row.id, county_code=row.county_code, amount_fen=amount_fen, returned_on=returned_on, reason=reason,
        bank_reference=bank_reference, entry=entry,
    )  # fmt: skip
    decisions.sign(actor, back)
    await storage.add(session, back)
    paid = await ledger.account_of(session, "paid", row.id)
    if amount_fen > paid.balance_fen:
        raise ReturnTooLarge(available_fen=paid.balance_fen)
    available = await ledger.account_of(session, "allocation", row.allocation_id)
    original = await ledger.last_transfer(session, "pay", "payment", row.id)
    move = ledger.Movement(
        paid, available, back.amount_fen, "return", back.returned_on, "payment_return", back.id, original.id,
        pointer="/amount_fen",
    )  # fmt: skip
    await ledger.post(session, actor, row.county_code, [move])
    if paid.balance_fen == 0:
        claim = await claim_storage.visible(session, actor, row.claim_id, lock=True)
        if claim is None:
            raise NotFound()
        row.state = claim.state = "returned"
        await session.flush()
    audit.record(session, actor, "payment.return", f"payment:{row.id}", amount_fen=back.amount_fen)


async def get(session: AsyncSession, actor: Actor, payment_id: int) -> wire.Payment:
    row = await storage.visible(session, actor, payment_id)
    if row is None:
        raise NotFound()
    return await _with_returns(session, row)


async def list_payments(
    session: AsyncSession,
    actor: Actor,
    area: str,
    *,
    fund_year: int | None,
    claim_id: int | None,
    state: str | None,
    cursor: str | None,
    limit: int,
) -> Page[wire.Payment]:
    after = paging.decode(cursor, int)
    found = await storage.list_visible(
        session, actor, area, fund_year=fund_year, claim_id=claim_id, state=state,
        before_id=int(after[0]) if after else None, limit=limit + 1,
    )  # fmt: skip
    returns = await storage.returns_of(session, [row.id for row in found])
    items = [answer_of(row, returns.get(row.id, [])) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].payment_id) if len(found) > limit else None)


async def _with_returns(session: AsyncSession, row: Payment) -> wire.Payment:
    return answer_of(row, (await storage.returns_of(session, [row.id])).get(row.id, []))


def answer_of(row: Payment | Order, returns: list[PaymentReturn]) -> wire.Payment:
    own = {"payment_id", "ordered_by", "returned_fen", "returns"}
    values = {name: getattr(row, name) for name in set(wire.Payment.model_fields) - own}
    return wire.Payment(
        **values,
        payment_id=row.id,
        ordered_by=row.entered_by,
        returned_fen=sum(back.amount_fen for back in returns),
        returns=[wire.PaymentReturn.model_validate(back) for back in returns],
    )

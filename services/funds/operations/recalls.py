"""What offices do with recalls (收回/调减): propose one, decide on it, look it up.

The money is set aside when the recall is proposed, wherever it is found: on its way, on the receipt below, with the
project, or withheld of a claim that was paid (质保金 of a contract that ended). What is spent, claimed or handed
further down is not found there and cannot be called back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.days import require_order
from services.funds.domain.divisions import level_of
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.distribution import RecallingOfficeWrong
from services.funds.domain.refusals.spending import AlreadyDecided, StepNotDue
from services.funds.operations import fundings
from services.funds.operations.retentions import SETTLED
from services.funds.storage import allocations as allocation_storage
from services.funds.storage import claims as claim_storage
from services.funds.storage import decisions, ledger, period_closes, project_grants
from services.funds.storage import fundings as funding_storage
from services.funds.storage import recalls as storage
from services.funds.storage.tables import Allocation, Document, DocumentLine, LedgerAccount, Recall
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds as funds_wire
from shared.schemas import funds_distribution as wire
from shared.schemas.wire import Page


@dataclass(frozen=True, slots=True)
class _Found:
    """Where the money to be called back is, whose it is, and where it goes back to."""

    taken_from: str
    owner_id: int
    receipt_id: int | None
    back_to_receipt_id: int | None
    recalling_division: str
    division_code: str
    money: Document | Allocation
    since: date
    allocation_id: int | None = None


async def propose(session: AsyncSession, actor: Actor, request: wire.NewRecall) -> wire.Recall:
    """Set money aside that is to be called back. The ledger refuses more than is there."""
    found = await _find(session, actor, request)
    if actor.level != level_of(found.recalling_division):
        raise RecallingOfficeWrong()
    proposed_on = request.proposed_on or clock.office_today()
    require_order(proposed_on, today=clock.office_today(), not_before=found.since, pointer="/proposed_on")
    row = Recall(
        **request.model_dump(exclude={"proposed_on", "allocation_id"}), allocation_id=found.allocation_id,
        taken_from=found.taken_from, receipt_id=found.receipt_id,
        back_to_receipt_id=found.back_to_receipt_id, recalling_division=found.recalling_division,
        division_code=found.division_code, fund_year=found.money.fund_year, fund_kind=found.money.fund_kind,
        batch=found.money.batch, state="proposed", proposed_on=proposed_on,
    )  # fmt: skip
    decisions.sign(actor, row)
    await storage.add(session, row)
    await _set_aside(session, actor, row, found)
    audit.record(
        session, actor, "recall.propose", f"recall:{row.id}", amount_fen=row.amount_fen, taken_from=row.taken_from,
        division_code=row.division_code,
    )  # fmt: skip
    return _answer(row)


async def _find(session: AsyncSession, actor: Actor, request: wire.NewRecall) -> _Found:
    if request.allocation_id is not None:
        return await _find_allocation(session, actor, request.allocation_id)
    if request.claim_id is not None:
        return await _find_withheld(session, actor, request.claim_id)
    assert request.document_line_id is not None
    found = await storage.line_of(session, actor, request.document_line_id)
    if found is None:
        raise NotFound()
    return await _find_line(session, *found)


async def _find_line(session: AsyncSession, line: DocumentLine, document: Document) -> _Found:
    """The line's money: on its receipt once registered, on its way before."""
    receipt = await storage.receipt_of_line(session, line.id)
    return _Found(
        "transit" if receipt is None else "receipt",
        line.id if receipt is None else receipt.id,
        None if receipt is None else receipt.id,
        document.drawn_on_receipt_id,
        document.issuing_division,
        line.division_code,
        document,
        document.issued_on if receipt is None else receipt.received_on,
    )


async def _find_allocation(session: AsyncSession, actor: Actor, allocation_id: int) -> _Found:
    row = await allocation_storage.visible(session, actor, allocation_id)
    if row is None:
        raise NotFound()
    if row.state != "approved" or row.decided_on is None:
        raise StepNotDue(state=row.state)
    return _of_allocation("allocation", row.id, row, row.decided_on)


async def _find_withheld(session: AsyncSession, actor: Actor, claim_id: int) -> _Found:
    """What was held back of a claim that was paid; before, the claim is refused and nothing stays withheld."""
    claim = await claim_storage.visible(session, actor, claim_id, lock=True)
    if claim is None:
        raise NotFound()
    if claim.state not in SETTLED or claim.decided_on is None:
        raise StepNotDue(state=claim.state)
    row = await allocation_storage.visible(session, actor, claim.allocation_id)
    if row is None:
        raise NotFound()
    return _of_allocation("withheld", claim.id, row, claim.decided_on)


def _of_allocation(taken_from: str, owner_id: int, row: Allocation, since: date) -> _Found:
    county = row.county_code
    return _Found(taken_from, owner_id, row.receipt_id, row.receipt_id, county, county, row, since, row.id)


async def _set_aside(session: AsyncSession, actor: Actor, row: Recall, found: _Found) -> None:
    account = LedgerAccount(
        kind="recalling", owner_id=row.id, division_code=row.division_code, fund_year=row.fund_year,
        fund_kind=row.fund_kind, batch=row.batch, receipt_id=row.receipt_id,
    )  # fmt: skip
    await ledger.open_accounts(session, [account])
    held = await ledger.account_of(session, found.taken_from, found.owner_id)
    move = ledger.Movement(
        held, account, row.amount_fen, "set_aside", row.proposed_on, "recall", row.id, pointer="/amount_fen"
    )
    await ledger.post(session, actor, row.division_code, [move])


async def decide(session: AsyncSession, actor: Actor, recall_id: int, request: funds_wire.NewDecision) -> wire.Recall:
    """Approve a recall, and the money goes back where it came from; refuse it, and it stays where it was."""
    row = await storage.visible(session, actor, recall_id, lock=True)
    if row is None:
        raise NotFound()
    if row.state != "proposed":
        raise AlreadyDecided()
    if actor.level != level_of(row.recalling_division):
        raise RecallingOfficeWrong()
    require_other_person(actor.person, row.entered_person)
    require_order(request.decided_on, today=clock.office_today(), not_before=row.proposed_on, pointer="/decided_on")
    row.state = "approved" if request.outcome == "approve" else "refused"
    decisions.record(
        session, actor, row, ("recall", row.id), "decision",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await session.flush()
    await _post(session, actor, row)
    audit.record(session, actor, "recall.decide", f"recall:{row.id}", outcome=row.state, amount_fen=row.amount_fen)
    return _answer(row)


async def _post(session: AsyncSession, actor: Actor, row: Recall) -> None:
    assert row.decided_on is not None
    aside = await ledger.account_of(session, "recalling", row.id)
    if row.state == "approved":
        await period_closes.require_open(session, row.recalling_division, row.decided_on)
        target, kind, reverses = await _back_to(session, actor, row), "recall", None
    else:
        target, kind = await _where_it_was(session, row), "void_set_aside"
        reverses = (await ledger.last_transfer(session, "set_aside", "recall", row.id)).id
    move = ledger.Movement(aside, target, row.amount_fen, kind, row.decided_on, "recall", row.id, reverses)
    await ledger.post(session, actor, row.division_code, [move])


async def _back_to(session: AsyncSession, actor: Actor, row: Recall) -> LedgerAccount:
    """The receipt above, the county's own receipt, or the source the document's money came from."""
    if row.allocation_id is not None:
        await project_grants.hold_all(session, await funding_storage.projects_of(session, row.allocation_id))
        allocation = await allocation_storage.visible(session, actor, row.allocation_id, lock=True)
        if allocation is None:
            raise NotFound()
        assert row.decided_on is not None
        allocation.reduced_fen += row.amount_fen
        await fundings.release(session, actor, allocation, row.amount_fen, f"recall-{row.id}", row.decided_on)
    if row.back_to_receipt_id is None:
        return await ledger.source_account(session, row.recalling_division, row.fund_year, row.fund_kind)
    return await ledger.account_of(session, "receipt", row.back_to_receipt_id)


async def _where_it_was(session: AsyncSession, row: Recall) -> LedgerAccount:
    owner = {
        "transit": row.document_line_id, "receipt": row.receipt_id, "allocation": row.allocation_id,
        "withheld": row.claim_id,
    }  # fmt: skip
    owner_id = owner[row.taken_from]
    assert owner_id is not None
    return await ledger.account_of(session, row.taken_from, owner_id)


async def get(session: AsyncSession, actor: Actor, recall_id: int) -> wire.Recall:
    row = await storage.visible(session, actor, recall_id)
    if row is None:
        raise NotFound()
    return _answer(row)


async def list_recalls(
    session: AsyncSession, actor: Actor, area: str, fund_year: int | None, cursor: str | None, limit: int
) -> Page[wire.Recall]:
    after = paging.decode(cursor, int)
    found = await storage.list_visible(session, actor, area, fund_year, int(after[0]) if after else None, limit + 1)
    items = [_answer(row) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].recall_id) if len(found) > limit else None)


def _answer(row: Recall) -> wire.Recall:
    copied = set(wire.Recall.model_fields) - {"recall_id", "proposed_by"}
    values = {name: getattr(row, name) for name in copied}
    return wire.Recall(**values, recall_id=row.id, proposed_by=row.entered_by)

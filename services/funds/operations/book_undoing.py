"""Undoing opening books as a whole, while nobody has built upon them: every movement is reversed on its own day."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.ledger import CORRECTION
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals import books as refusals
from services.funds.operations import book_views, fundings
from services.funds.storage import book_imports as storage
from services.funds.storage import ledger, project_grants
from services.funds.storage.tables import Allocation, BookImport, Claim, LedgerAccount, LedgerTransfer, Payment
from services.funds.storage.trace import rows
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds_books as wire

AT_ONCE = 200
"""Movements of one call: each goes back to a day gone by, for which the ledger looks at all of the call before it."""


async def undo(session: AsyncSession, actor: Actor, import_id: int, request: wire.NewBookUndo) -> wire.BookImport:
    """Reverse every movement of posted books, newest first; what their lines became stands as refused from then on.

    Raises BookNotPosted, BookBuiltUpon when money moved on or was claimed again, SamePerson for who sent the books in.
    """
    row = await storage.visible(session, actor, import_id, lock=True)
    if row is None:
        raise NotFound()
    if row.state != "posted":
        raise refusals.BookNotPosted()
    require_other_person(actor.person, row.entered_person)
    await _reverse(session, actor, row, await storage.transfers(session, row.id), request.reason)
    await _take_out(session, actor, row)
    if await storage.claimed_again(session, row.id):
        raise refusals.BookBuiltUpon()
    row.state = "undone"
    row.undone_on, row.undone_at = clock.office_today(), clock.now()
    row.undone_by, row.undone_person, row.undo_reason = actor.account, actor.person, request.reason
    audit.record(session, actor, "book_import.undo", f"book_import:{row.id}", lines=row.lines)
    return book_views.answer(row, [])


async def _reverse(
    session: AsyncSession, actor: Actor, row: BookImport, posted: Sequence[LedgerTransfer], reason: str
) -> None:
    """Look at the accounts only after the books' rows are locked: whoever builds on them needs their money first."""
    ids = {account for move in posted for account in (move.debit_id, move.credit_id)}
    accounts = {account.id: account for account in await rows(session, LedgerAccount, LedgerAccount.id, ids)}
    own = [number for number, account in accounts.items() if account.kind != "source"]
    if await storage.built_upon(session, row.id, own):
        raise refusals.BookBuiltUpon()
    for start in range(0, len(posted), AT_ONCE):
        back = [
            ledger.Movement(
                accounts[move.credit_id], accounts[move.debit_id], move.amount_fen, CORRECTION, move.effective_on,
                storage.CAUSE, row.id, move.id, reason=" ".join(reason.split()),
            )
            for move in posted[start : start + AT_ONCE]
        ]  # fmt: skip
        await ledger.post(session, actor, row.division_code, back)
    if await storage.built_upon(session, row.id, own):
        raise refusals.BookBuiltUpon()


async def _take_out(session: AsyncSession, actor: Actor, row: BookImport) -> None:
    """Nothing counts on a plan line or contract any more, and the numbers of the payments are free again."""
    allocations = await rows(session, Allocation, Allocation.id, await storage.entries(session, row.id, "allocation"))
    claims = await rows(session, Claim, Claim.id, await storage.entries(session, row.id, "claim"))
    payments = await rows(session, Payment, Payment.id, await storage.entries(session, row.id, "payment"))
    await project_grants.hold_all(session, [one.project_code for one in allocations])
    for one in allocations:
        left_fen = one.amount_fen - one.reduced_fen
        await fundings.release(session, actor, one, left_fen, f"undone-{row.id}", clock.office_today())
    things: list[Allocation | Claim | Payment] = [*allocations, *claims, *payments]
    for thing in things:
        thing.state = "refused"
    for payment in payments:
        payment.order_no = f"{payment.order_no[:44]}-u{payment.id}"
        payment.bank_reference = None
    await session.flush()

"""What offices do with payees' accounts: enter one for a contractor, have another person approve it."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.bank_files import (
    AccountShared,
    AccountUnchanged,
    PayeeAccountMissing,
    PayeeAccountWaits,
    PayeeUnknown,
)
from services.funds.domain.refusals.spending import AlreadyDecided
from services.funds.storage import decisions, parameters
from services.funds.storage import payee_accounts as storage
from services.funds.storage.sealing import Seals
from services.funds.storage.tables import PayeeAccount
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.refusals import NotFound
from shared.schemas import funds_bank_files as wire
from shared.schemas.wire import Page


async def propose(
    session: AsyncSession, actor: Actor, seals: Seals, request: wire.NewPayeeAccount
) -> wire.PayeeAccount:
    """Enter the account of a contractor. It is used once another person approved it."""
    require_in_scope(actor, request.county_code)
    name = await storage.contractor_name(session, request.county_code, request.payee_uscc)
    if name is None:
        raise PayeeUnknown()
    await storage.lock_county(session, request.county_code)
    await _require_free(session, seals, request, name)
    seal_row, account = storage.sealed(seals, request.account)
    row = PayeeAccount(
        county_code=request.county_code, payee_uscc=request.payee_uscc, payee_name=name, bank_name=request.bank_name,
        seal_row=seal_row, account_sealed=account, account_masked=masked(request.account), reason=request.reason,
        state="proposed",
    )  # fmt: skip
    decisions.sign(actor, row)
    await storage.add(session, row)
    audit.record(session, actor, "payee_account.propose", f"payee_account:{row.id}")
    return _answer(row)


def masked(account: str) -> str:
    """An account as people see it: its last four digits."""
    return "*" * 8 + account[-4:]


async def _require_free(session: AsyncSession, seals: Seals, request: wire.NewPayeeAccount, name: str) -> None:
    """Refuse an account of another payee of the county, and the one the payee has already in this name."""
    for row in await storage.live(session, request.county_code):
        if storage.opened(seals, row) == request.account and row.payee_uscc != request.payee_uscc:
            raise AccountShared()
    now = await storage.newest_approved(session, request.county_code, request.payee_uscc)
    if now is not None and now.payee_name == name and storage.opened(seals, now) == request.account:
        raise AccountUnchanged()


async def decide(
    session: AsyncSession, actor: Actor, row_id: int, request: wire.NewAccountDecision
) -> wire.PayeeAccount:
    """Approve or refuse an account: another person. A changed account is paid on after the county's waiting days."""
    row = await storage.visible(session, actor, row_id)
    if row is None:
        raise NotFound()
    if row.state != "proposed":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    today = clock.office_today()
    if request.outcome == "approve":
        row.usable_from = await _usable_from(session, row, today)
    row.state = "approved" if request.outcome == "approve" else "refused"
    decisions.record(
        session, actor, row, ("payee_account", row.id), "decision",
        outcome=request.outcome, opinion=request.opinion, decided_on=today,
    )  # fmt: skip
    await session.flush()
    audit.record(session, actor, "payee_account.decide", f"payee_account:{row.id}", outcome=request.outcome)
    return _answer(row)


async def _usable_from(session: AsyncSession, row: PayeeAccount, today: date) -> date:
    before = await storage.newest_approved(session, row.county_code, row.payee_uscc)
    if before is None:
        return today
    values = await parameters.load(session, row.county_code, today)
    return today + timedelta(days=values.days("account_cool_down"))


async def usable(session: AsyncSession, county_code: str, uscc: str, on: date) -> PayeeAccount:
    """The account a payee is paid on. Raises PayeeAccountMissing, PayeeAccountWaits with the first day."""
    row = await storage.newest_approved(session, county_code, uscc) if uscc else None
    if row is None or row.usable_from is None:
        raise PayeeAccountMissing()
    if on < row.usable_from:
        raise PayeeAccountWaits(usable_from=row.usable_from.isoformat())
    return row


async def list_accounts(
    session: AsyncSession, actor: Actor, area: str, uscc: str | None, cursor: str | None, limit: int
) -> Page[wire.PayeeAccount]:
    after = paging.decode(cursor, int)
    found = await storage.list_visible(session, actor, area, uscc, int(after[0]) if after else None, limit + 1)
    items = [_answer(row) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].payee_account_id) if len(found) > limit else None)


def _answer(row: PayeeAccount) -> wire.PayeeAccount:
    values = {name: getattr(row, name) for name in set(wire.PayeeAccount.model_fields) - {"payee_account_id"}}
    return wire.PayeeAccount(**values, payee_account_id=row.id)

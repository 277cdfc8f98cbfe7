"""Risk funds: open one with a bank, put money in, let it stand behind a loan. Losses are in risk_compensations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import risk_funds as rules
from services.funds.domain.days import require_order
from services.funds.domain.uscc import require_uscc
from services.funds.operations.open_divisions import require_division
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.storage import bank_entries, decisions, ledger, outside_books, pages, parameters
from services.funds.storage import risk_funds as storage
from services.funds.storage.outside_books import Cause
from services.funds.storage.tables import Loan, RiskFund, RiskFundDeposit
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import require_in_scope
from shared.refusals import NotFound
from shared.schemas import funds_risk as wire
from shared.schemas.wire import Page


async def open_fund(session: AsyncSession, actor: Actor, peer: Peer, request: wire.NewRiskFund) -> wire.RiskFund:
    """Open a county's fund with a bank, on terms the county allows."""
    require_in_scope(actor, request.county_code)
    require_county(request.county_code)
    require_order(request.opened_on, today=clock.office_today(), pointer="/opened_on")
    require_uscc(request.bank_uscc, "/bank_uscc")
    await require_division(peer, actor, request.county_code, request.opened_on, "/county_code")
    values = await parameters.load(session, request.county_code, request.opened_on)
    highest = values.days("risk_fund_multiple_max")
    rules.require_terms(request.multiple, request.fund_share, highest, values.get("risk_fund_share_max").value)
    row = RiskFund(division_code=request.county_code, **request.model_dump())
    decisions.sign(actor, row)
    await pages.add(session, row)
    for kind in ("risk_fund", "risk_claimed"):
        await outside_books.open_account(session, "risk", kind, row.id, row.county_code, row.opened_on.year)
    audit.record(session, actor, "risk_fund.open", f"risk_fund:{row.id}", multiple=row.multiple)
    return (await answers(session, [row]))[0]


def require_county(code: str) -> None:
    """Refuse as absent what is no county. Raises NotFound."""
    if len(code) != outside_books.COUNTY_DIGITS:
        raise NotFound(pointer="/county_code")


async def deposit(session: AsyncSession, actor: Actor, fund_id: int, request: wire.NewRiskDeposit) -> wire.RiskFund:
    """Enter money that came into the fund."""
    row = await locked(session, actor, fund_id)
    require_order(request.deposited_on, today=clock.office_today(), not_before=row.opened_on, pointer="/deposited_on")
    entry = await bank_entries.next_entry(session, "risk_fund_deposit", row.county_code, request.bank_reference)
    put = RiskFundDeposit(risk_fund_id=row.id, county_code=row.county_code, entry=entry, **request.model_dump())
    decisions.sign(actor, put)
    await pages.add(session, put)
    held = await ledger.account_of(session, "risk_fund", row.id)
    cause = Cause("deposit", "risk_fund_deposit", put.id, put.deposited_on)
    await outside_books.bring_in(session, actor, "risk", held, put.amount_fen, cause)
    audit.record(session, actor, "risk_fund.deposit", f"risk_fund:{row.id}", amount_fen=put.amount_fen)
    return (await answers(session, [row]))[0]


async def locked(session: AsyncSession, actor: Actor, fund_id: int) -> RiskFund:
    row = await pages.visible(session, RiskFund, actor, fund_id, lock=True)
    if row is None:
        raise NotFound()
    return row


async def require_room(session: AsyncSession, actor: Actor, fund_id: int, loan: Loan, on: date) -> None:
    """Hold the fund's row and refuse a loan that it cannot support, that is older or that is of another county."""
    fund = await pages.visible(session, RiskFund, actor, fund_id, lock=True)
    if fund is None or fund.county_code != loan.county_code:
        raise NotFound(pointer="/risk_fund_id")
    require_order(on, today=clock.office_today(), not_before=fund.opened_on, pointer="/risk_fund_id")
    held = await outside_books.balance(session, "risk_fund", fund.id)
    supported = (await storage.supported(session, [fund.id])).get(fund.id, 0)
    rules.require_room(loan.amount_fen, held, fund.multiple, supported)


async def get(session: AsyncSession, actor: Actor, fund_id: int) -> wire.RiskFund:
    row = await pages.visible(session, RiskFund, actor, fund_id)
    if row is None:
        raise NotFound()
    return (await answers(session, [row]))[0]


async def list_funds(
    session: AsyncSession, actor: Actor, area: str, cursor: str | None, limit: int
) -> Page[wire.RiskFund]:
    rows = await pages.newest(session, RiskFund, actor, area, [], before_of(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, await answers(session, rows[:limit]))


async def answers(session: AsyncSession, rows: Sequence[RiskFund]) -> list[wire.RiskFund]:
    ids = [row.id for row in rows]
    held = await outside_books.balances(session, "risk_fund", ids)
    claimed = await outside_books.balances(session, "risk_claimed", ids)
    supported = await storage.supported(session, ids)
    return [
        shaped(
            wire.RiskFund, row, risk_fund_id=row.id, balance_fen=held[row.id], claimed_fen=claimed[row.id],
            supported_fen=supported.get(row.id, 0),
            room_fen=rules.room(held[row.id], row.multiple, supported.get(row.id, 0)),
        )
        for row in rows
    ]  # fmt: skip

"""The management fee of a county's money: what it may be, what it is, and no more than that."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import management_fees as rules
from services.funds.domain import vocabulary_changes as vocabulary
from services.funds.domain.parameters import Value
from services.funds.domain.refusals.distribution import FeeOfExcluded, OverManagementFee
from services.funds.domain.uses import MANAGEMENT_FEE
from services.funds.storage import lists, parameters
from services.funds.storage import management_fees as storage
from services.funds.storage.tables import Allocation, Receipt
from shared.chassis import clock
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.schemas import funds_tree as wire


async def require_room(
    session: AsyncSession, receipt: Receipt, amount_fen: int, on: date, moved_from_id: int | None
) -> None:
    """Refuse more management fee than the county's money of the receipt's kind and year allows.

    Money of a direction left out of the base bears none. A fee moved to another project is the same fee still. One
    request at a time asks, so that two cannot both have the last of it. Raises FeeOfExcluded, OverManagementFee.
    """
    await storage.hold(session, receipt.division_code, receipt.fund_year, receipt.fund_kind)
    days = (on, clock.office_today())
    fee, _, excluded = await _fee(session, receipt.division_code, receipt.fund_year, receipt.fund_kind, *days)
    if receipt.direction in excluded:
        raise FeeOfExcluded(direction=receipt.direction)
    if moved_from_id is not None and await storage.is_fee(session, moved_from_id):
        return
    if amount_fen > fee.left_fen:
        raise OverManagementFee(left_fen=fee.left_fen, ceiling_fen=fee.ceiling_fen)


async def require_room_still(session: AsyncSession, row: Allocation, on: date) -> None:
    """Refuse to approve a fee that no longer fits: money was called back, or the rate lowered, since it was proposed.

    Raises OverManagementFee.
    """
    moved = row.moved_from_id is not None and await storage.is_fee(session, row.moved_from_id)
    if row.use_code != MANAGEMENT_FEE or moved:
        return
    await storage.hold(session, row.county_code, row.fund_year, row.fund_kind)
    fee, _, _ = await _fee(session, row.county_code, row.fund_year, row.fund_kind, on, clock.office_today())
    if fee.used_fen > fee.ceiling_fen:
        left_fen = max(fee.ceiling_fen - fee.used_fen + row.amount_fen, 0)
        raise OverManagementFee(pointer="/outcome", left_fen=left_fen, ceiling_fen=fee.ceiling_fen)


async def _fee(
    session: AsyncSession, division_code: str, fund_year: int, fund_kind: str, *days: date
) -> tuple[rules.Fee, Value, list[str]]:
    """The fee, the rate it was computed by, and the directions left out of its base.

    Of several days the lowest rate holds: a step dated back is done today all the same.
    """
    kind = await lists.fund_kind(session, fund_kind)
    level = kind.source_level if kind is not None else "county"
    values = await parameters.load(session, division_code, days[0])
    rate = values.lowest(f"management_fee_{level}", *days)
    terms = await lists.held_terms(session, division_code, fund_kind, fund_year)
    excluded = vocabulary.fee_excluded_of([lists.term_of(term) for term in terms])
    received = await storage.received(session, division_code, fund_year, fund_kind)
    used = await storage.used(session, division_code, fund_year, fund_kind)
    return rules.fee_of(received, excluded, rate.value, used), rate, excluded


async def list_fees(session: AsyncSession, actor: Actor, division_code: str, fund_year: int) -> wire.ManagementFees:
    """The fees of all kinds of money a division received in a year, by the rates of today."""
    require_in_scope(actor, division_code)
    items = []
    for fund_kind in await storage.kinds(session, division_code, fund_year):
        fee, rate, excluded = await _fee(session, division_code, fund_year, fund_kind, clock.office_today())
        names = ("received_fen", "excluded_fen", "base_fen", "rate", "ceiling_fen", "used_fen", "left_fen")
        items.append(
            wire.ManagementFee(
                division_code=division_code, fund_year=fund_year, fund_kind=fund_kind, excluded_directions=excluded,
                source=rate.source, **{name: getattr(fee, name) for name in names},
            )
        )  # fmt: skip
    return wire.ManagementFees(items=items)

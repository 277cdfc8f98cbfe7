"""How old an area's unspent money is, and what of it is to be called back (结转两年以上收回)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import ages as rules
from services.funds.domain.divisions import rank_of
from services.funds.domain.documents import COUNTY_RANK
from services.funds.domain.questions import Question
from services.funds.domain.refusals.documents import NoBooksBelowCounty
from services.funds.storage import ages as storage
from services.funds.storage import lists, parameters
from services.funds.storage import positions as position_storage
from services.funds.storage.positions import AccountState
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.schemas import funds_tree as wire

FREE = ("receipt", "allocation")
"""Kinds of accounts whose money a recall can find; in every other it is proposed, claimed, withheld or at the bank."""


async def get(session: AsyncSession, actor: Actor, division_code: str, as_of: date) -> wire.FundAges:
    """Unspent money of all fund years on a day by how long it has been carried over, and the reclaim list."""
    require_in_scope(actor, division_code)
    if rank_of(division_code) > COUNTY_RANK:
        raise NoBooksBelowCounty()
    values = await parameters.load(session, division_code, as_of)
    first, reclaim = values.get("carry_over_years"), values.get("reclaim_years")
    years = rules.Years(int(first.value), int(reclaim.value))
    aged = []
    for fund_year in await storage.fund_years(session, division_code, as_of):
        end = values.day_of_year("fund_year_end", fund_year)
        since = rules.carried_since(fund_year, (end.month, end.day))
        bucket = years.bucket_of(rules.carried_years(since, as_of))
        aged += [(item, bucket, since) for item in await _unspent(session, division_code, fund_year, as_of)]
    sums = rules.sums_of([(item, bucket) for item, bucket, _ in aged], years)
    names = await lists.division_names(session, [item.division_code for item, _, _ in aged])
    due = [(item, since) for item, bucket, since in aged if bucket == years.buckets[-1] and item.unspent_fen]
    due.sort(key=lambda one: (-one[0].unspent_fen, one[0].receipt_id))
    return wire.FundAges(
        division_code=division_code,
        as_of=as_of,
        first_bucket_years=years.first,
        reclaim_years=years.reclaim,
        source=reclaim.source,
        buckets=[wire.AgeBucket(bucket=name, fund_years=held, unspent_fen=fen) for name, (held, fen) in sums.items()],
        reclaim=[_item(item, since, names.get(item.division_code, item.division_code)) for item, since in due],
    )


async def _unspent(session: AsyncSession, area: str, fund_year: int, as_of: date) -> list[rules.Unspent]:
    """By receipt of one fund year: what is not with a payee."""
    by_receipt: dict[int, list[AccountState]] = defaultdict(list)
    for state in await position_storage.accounts(session, Question(area, fund_year, as_of), position_storage.WAITING):
        if state.receipt_id is not None:
            by_receipt[state.receipt_id].append(state)
    return [
        rules.Unspent(
            row.id, row.division_code, fund_year, row.fund_kind, row.batch,
            free_fen=sum(state.balance_fen for state in by_receipt[row.id] if state.kind in FREE),
            bound_fen=sum(state.balance_fen for state in by_receipt[row.id] if state.kind not in FREE),
            allocation_ids=tuple(sorted(s.owner_id for s in by_receipt[row.id] if s.kind == "allocation")),
        )
        for row in await storage.receipts(session, area, fund_year)
    ]  # fmt: skip


def _item(item: rules.Unspent, since: date, name: str) -> wire.ReclaimItem:
    copied = ("receipt_id", "division_code", "fund_year", "fund_kind", "free_fen", "bound_fen")
    return wire.ReclaimItem(
        **{field: getattr(item, field) for field in copied},
        batch="advance" if item.batch == "advance" else "regular",
        division_name=name,
        carried_over_since=since,
        allocation_ids=list(item.allocation_ids),
    )

"""SQL of what rules of alerts look at beside waiting money: one short query a topic, for one area's own books."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Integer, String, TextClause, bindparam, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.alert_causes import Thing
from services.funds.domain.delays import Waiting
from services.funds.domain.divisions import finance_office
from services.funds.storage.tables import FundKind, Receipt
from shared.chassis import clock
from shared.chassis.tables import IdempotencyKey
from shared.refusals import RuleBroken

_FREE_MONEY = """
    select 'free_money' as topic, 'receipt:' || r.id as reference, r.division_code, '' as office,
           sum(l.balance_fen)::bigint as amount_fen, r.received_on as since, 1 as occurrences,
           r.fund_year, r.fund_kind, '' as project_code
    from receipts r join ledger_accounts l on l.receipt_id = r.id
    where r.division_code = :area and r.fund_year < :year and l.kind in ('receipt', 'allocation') and l.balance_fen > 0
    group by r.id
"""
_FORBIDDEN = """
    select distinct on (a.id) 'forbidden' as topic, 'allocation:' || a.id as reference,
           a.division_code, a.office, l.balance_fen as amount_fen, a.decided_on as since, 1 as occurrences,
           a.fund_year, a.fund_kind, a.project_code
    from allocations a
    join fund_kinds k on k.code = a.fund_kind
    join ledger_accounts l on l.kind = 'allocation' and l.owner_id = a.id and l.balance_fen > 0
    join forbidden_uses f on f.use_code = coalesce(nullif(a.use_code, ''), a.purpose)
        and (f.fund_kind = a.fund_kind or (f.fund_kind = 'special' and k.special))
        and (f.division_code = '00' or a.county_code like f.division_code || '%')
        and f.valid_from <= :as_of and (f.valid_to is null or f.valid_to >= :as_of)
    where a.county_code = :area and a.state = 'approved'
"""
_OTHER_USE = """
    select 'other_than_allocated' as topic, 'claim:' || c.id as reference, c.division_code, a.office,
           c.amount_fen, c.claimed_on as since, 1 as occurrences, c.fund_year, a.fund_kind, c.project_code
    from claims c join allocations a on a.id = c.allocation_id
    where c.county_code = :area and c.state in ('filed', 'approved', 'ordered')
      and c.use_code <> coalesce(nullif(a.use_code, ''), a.purpose)
"""
_REFUSED_CLAIMS = """
    select 'claim' as topic, 'claim:' || c.id as reference, c.division_code, '' as office,
           c.payable_fen as amount_fen, max(p.settled_on) as since, count(*) as occurrences,
           c.fund_year, a.fund_kind, c.project_code
    from claims c join allocations a on a.id = c.allocation_id
    join payments p on p.claim_id = c.id and p.state in ('refused', 'returned')
    where c.county_code = :area and c.state in ('approved', 'returned') and a.purpose <> 'grants'
      and not exists (select 1 from claims n where n.repeats_claim_id = c.id and n.state <> 'refused')
      and not (c.state = 'returned' and exists (select 1 from funded_projects f
          where f.project_code = c.project_code and f.ended_on is not null))
    group by c.id, a.fund_kind
"""
_REFUSED_ACCOUNTS = """
    select 'payee_account' as topic, 'payee_account:' || y.id as reference, y.county_code as division_code,
           '' as office, sum(p.amount_fen)::bigint as amount_fen, min(p.settled_on) as since, count(*) as occurrences,
           null::int as fund_year, '' as fund_kind, '' as project_code
    from payee_accounts y join bank_file_lines b on b.payee_account_id = y.id
        and not exists (select 1 from bank_file_voids v where v.bank_file_id = b.bank_file_id)
    join payments p on p.id = b.payment_id and p.state in ('refused', 'returned')
    where y.county_code = :area and y.state = 'approved'
      and not exists (select 1 from payee_accounts n where n.county_code = y.county_code
          and n.payee_uscc = y.payee_uscc and n.state = 'approved' and n.decided_at > y.decided_at)
      and not exists (select 1 from bank_file_lines g join payments q on q.id = g.payment_id
          where g.payee_account_id = y.id and q.state = 'paid' and q.settled_on > p.settled_on)
    group by y.id
"""
_UNGRANTED = """
    select 'ungranted' as topic, 'allocation:' || a.id as reference,
           a.division_code, a.office, l.balance_fen as amount_fen, a.decided_on as since, 1 as occurrences,
           a.fund_year, a.fund_kind, a.project_code
    from allocations a join ledger_accounts l on l.kind = 'allocation' and l.owner_id = a.id and l.balance_fen > 0
    where a.county_code = :area and a.state = 'approved' and a.purpose = 'grants'
      and not exists (select 1 from grant_batches g where g.allocation_id = a.id and g.state <> 'refused')
"""
_DEAD_STOPPED = """
    select 'stopped' as topic, 'batch:' || b.id as reference, b.division_code, a.office,
           sum(n.amount_fen)::bigint as amount_fen, b.prepared_on as since, count(*) as occurrences,
           b.fund_year, a.fund_kind, a.project_code
    from grant_batches b join allocations a on a.id = b.allocation_id
    join grant_lines n on n.batch_id = b.id and n.state = 'stopped' and n.reason in ('dead', 'payee_dead')
    where b.county_code = :area and b.fund_year >= :year - 1
    group by b.id, a.id
"""
_DEAD_PAID = """
    select 'paid' as topic, 'batch:' || b.id as reference, b.division_code, a.office,
           sum(w.amount_fen)::bigint as amount_fen, min(w.paid_on) as since, count(*) as occurrences,
           b.fund_year, a.fund_kind, a.project_code
    from claw_backs w join grant_batches b on b.id = w.batch_id join allocations a on a.id = b.allocation_id
    where b.county_code = :area and w.state = 'open'
    group by b.id, a.id
"""
_OF_COUNTY = (
    _FORBIDDEN, _OTHER_USE, _REFUSED_CLAIMS, _REFUSED_ACCOUNTS, _UNGRANTED, _DEAD_STOPPED, _DEAD_PAID,
)  # fmt: skip


def _asked(query: str) -> TextClause:
    """The query with those of the three parameters it names."""
    kinds = {"area": String(), "as_of": None, "year": Integer()}
    named = [bindparam(name, type_=kind) for name, kind in kinds.items() if f":{name}" in query and kind is not None]
    return text(query).bindparams(*named)


async def things(session: AsyncSession, area: str, as_of: date, *, county: bool) -> list[Thing]:
    """What something is the matter with in the area's own books; only a county has more than receipts."""
    given: dict[str, Any] = {"area": area, "as_of": as_of, "year": as_of.year}
    found = []
    for query in (_FREE_MONEY, *(_OF_COUNTY if county else ())):
        values = {name: value for name, value in given.items() if f":{name}" in query}
        found += [_thing(dict(row)) for row in (await session.execute(_asked(query), values)).mappings()]
    return found


def _thing(row: dict[str, Any]) -> Thing:
    """Money without an office of its own is a matter of finance."""
    return Thing(**(row | {"office": row["office"] or finance_office(row["division_code"][:6])}))


_LINES = text(
    """
    select 'receipt_registration' as step, 'line:' || n.id as reference, d.issued_on as since, d.fund_kind,
           l.balance_fen as amount_fen
    from document_lines n join documents d on d.id = n.document_id
    join ledger_accounts l on l.kind = 'transit' and l.owner_id = n.id and l.balance_fen > 0
    where n.division_code = :area and d.fund_year = :year
    union all
    select 'allocation', 'receipt:' || r.id, r.received_on, r.fund_kind, l.balance_fen
    from receipts r join ledger_accounts l on l.kind = 'receipt' and l.owner_id = r.id and l.balance_fen > 0
    where r.division_code = :area and r.fund_year = :year
    """
)


async def own_waiting(session: AsyncSession, area: str, fund_year: int) -> list[Waiting]:
    """What waits today with the offices of an area above the counties; what waits below is not read."""
    office = finance_office(area)
    rows = await session.execute(_LINES, {"area": area, "year": fund_year})
    whole = partial(Waiting, responsible="finance", office=office, office_name=office, division_code=area)
    return [whole(**dict(row)) for row in rows.mappings()]


async def attempts(session: AsyncSession, area: str, codes: Collection[str], since: datetime) -> list[Thing]:
    """By office of the area and code: requests that were refused for it. Their answers are kept under their keys.

    Only keys of the area's offices are read, by the primary key; an index over the refused ones would make the end of
    every request write to it.
    """
    if not codes:
        return []
    ends = area + ":" if len(area) >= 6 else area + "."
    query = select(IdempotencyKey.office, IdempotencyKey.body, IdempotencyKey.finished_at).where(
        IdempotencyKey.office >= (area if len(area) >= 6 else area + "-"),
        IdempotencyKey.office < ends,
        IdempotencyKey.status == RuleBroken.status,
        IdempotencyKey.finished_at >= since,
        or_(*(func.strpos(IdempotencyKey.body, f'"{code}"') > 0 for code in sorted(codes))),
    )
    counted: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], date] = {}
    for office, body, finished_at in await session.execute(query):
        code = json.loads(body or "{}").get("code", "")
        if code in codes and finished_at is not None:
            counted[office, code] += 1
            day = clock.office_day(finished_at)
            first[office, code] = min(first.get((office, code), day), day)
    return [
        Thing(code, f"office:{office}", area, office, 0, first[office, code], occurrences=count)
        for (office, code), count in sorted(counted.items())
    ]


async def central_kinds(session: AsyncSession) -> frozenset[str]:
    """Kinds of money that come from the central level."""
    return frozenset(await session.scalars(select(FundKind.code).where(FundKind.source_level == "central")))


async def fund_years(session: AsyncSession, area: str) -> list[int]:
    """The fund years in which the area received money or is to receive some."""
    given = select(Receipt.fund_year).where(Receipt.division_code == area)
    coming = text(
        "select distinct d.fund_year from document_lines n join documents d on d.id = n.document_id"
        " where n.division_code = :area"
    )
    years = set(await session.scalars(given.distinct()))
    return sorted(years | set(await session.scalars(coming, {"area": area})))

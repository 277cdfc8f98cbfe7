"""SQL that recomputes the ledger from its transfers: every hash, every chain, every balance, piece by piece.

The hash is computed by the server's own sha256, not by the function that posts. A piece is one statement with one
snapshot, short enough for a request; the pieces together see a ledger to which others add meanwhile as whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    TextClause,
    and_,
    any_,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.ledger import FIRST_HASH
from services.funds.storage.tables import LedgerAccount, LedgerTransfer
from shared.chassis.scope import NATION, within

TRANSFERS_AT_ONCE = 250_000
ACCOUNTS_AT_ONCE = 50_000
HASH_OF_CONTENT = (
    "sha256(debit_previous || credit_previous || convert_to(concat_ws(chr(10), '2', book, debit_id, debit_version,"
    " debit_balance_fen, credit_id, credit_version, credit_balance_fen, amount_fen, kind, fund_year,"
    " effective_on - date '1970-01-01', (extract(epoch from recorded_at) * 1000000)::bigint, cause_type, cause_id,"
    " actor, coalesce(reverses::text, ''), coalesce(reason, '')), 'UTF8'))"
)
"""SQL of the hash of a transfer's content: what `domain/ledger.py` computes in Python."""
_HASH: Any = literal_column(HASH_OF_CONTENT, BYTEA)


_IDS: Any = ARRAY(BigInteger)
_NOT_LINKED = """
select a.id
  from ledger_accounts a
  left join (
    select account_id, count(*) as transfers, count(distinct version) as versions, min(version) as first,
           max(version) as last, string_agg(previous, '' order by version) as hashes_before,
           string_agg(hash, '' order by version) as hashes,
           string_agg(int8send(before), '' order by version) as balances_before,
           string_agg(int8send(balance), '' order by version) as balances
      from (select debit_id, debit_version, debit_previous, hash, debit_balance_fen + amount_fen, debit_balance_fen
              from ledger_transfers where debit_id > {after} and debit_id <= {to} and {of_debit}
             union all
            select credit_id, credit_version, credit_previous, hash, credit_balance_fen - amount_fen, credit_balance_fen
              from ledger_transfers where credit_id > {after} and credit_id <= {to} and {of_credit}
           ) legs (account_id, version, previous, hash, before, balance)
     group by account_id) told on told.account_id = a.id
 where a.id > {after} and a.id <= {to} and {of_account}
   and (coalesce(transfers, 0) <> a.version or coalesce(versions, 0) <> a.version
     or coalesce(first, 1) <> 1 or coalesce(last, 0) <> a.version
     or coalesce(hashes_before, '') || a.last_hash <> '\\x{first_hash}'::bytea || coalesce(hashes, '')
     or coalesce(balances_before, '') || int8send(a.balance_fen) <> int8send(0) || coalesce(balances, ''))"""
_OF_AREA = "{} in (select id from ledger_accounts where division_code >= :area and division_code < :area_end)"


def _doubtful(of_area: str) -> TextClause:
    """Ids of accounts that are not what their transfers give: what the transfers of an account say was there before has
    to be, one after the other, what they say was there after, moved by one. In halves, for two processes at once."""
    of = {f"of_{kind}": of_area.format(column) for kind, column in
          (("debit", "debit_id"), ("credit", "credit_id"), ("account", "a.id"))}  # fmt: skip
    spans = [{"after": f"cast(:{after} as bigint)", "to": f"cast(:{to} as bigint)"} for after, to in _HALVES]
    return text(" union all ".join(_NOT_LINKED.format(first_hash=FIRST_HASH.hex(), **span, **of) for span in spans))


_HALVES = (("first", "half"), ("half", "last"))
_DOUBTFUL, _DOUBTFUL_IN_AREA = _doubtful("true"), _doubtful(_OF_AREA)


@dataclass(frozen=True, slots=True)
class Found:
    """The first thing a piece found wrong. `transfer_id` is None where an account is not what its transfers give."""

    what: str
    transfer_id: int | None
    account_id: int | None
    version: int | None


async def take_time(session: AsyncSession) -> None:
    """See the books as they are now until the end, however long a piece takes; sort in memory, plan for each piece."""
    await session.execute(text("set transaction isolation level repeatable read"))
    await session.execute(text("set local statement_timeout = 0"))
    await session.execute(text("set local work_mem = '256MB'"))
    await session.execute(text("set local plan_cache_mode = force_custom_plan"))


async def changed_content(session: AsyncSession, area: str, after: int, to: int) -> tuple[int, Found | None]:
    """How many transfers with ids in (after, to] the area's books hold, and the first whose content was changed."""
    row = (
        await session.execute(
            select(
                func.count(),
                func.min(LedgerTransfer.id).filter(LedgerTransfer.number.is_(None), LedgerTransfer.hash != _HASH),
            ).where(LedgerTransfer.id > after, LedgerTransfer.id <= to, within(LedgerTransfer.book, area))
        )
    ).one()
    return int(row[0]), None if row[1] is None else Found("content_changed", row[1], None, None)


async def last_transfer_id(session: AsyncSession) -> int:
    """The highest id of a transfer, zero before the first."""
    return int(await session.scalar(select(func.coalesce(func.max(LedgerTransfer.id), 0))) or 0)


async def last_account_id(session: AsyncSession) -> int:
    return int(await session.scalar(select(func.coalesce(func.max(LedgerAccount.id), 0))) or 0)


async def broken_account(session: AsyncSession, area: str, after: int, to: int) -> tuple[int, Found | None]:
    """How many accounts with ids in (after, to] the area has, and the first place where one of them does not hold.

    Per account the transfers are numbered without a gap, each names the hash before it and the balance that the one
    before and its amount give, and the account's own row continues the last of them. Accounts of which that holds are
    passed over as a whole; only the others are looked through transfer by transfer.
    """
    accounts = int(
        await session.scalar(
            select(func.count()).where(
                LedgerAccount.id > after, LedgerAccount.id <= to, within(LedgerAccount.division_code, area)
            )
        )
        or 0
    )
    pieces: dict[str, Any] = {"first": after, "half": (after + to) // 2, "last": to}
    if area == NATION:
        doubtful = await session.scalars(_DOUBTFUL, pieces)
    else:
        doubtful = await session.scalars(_DOUBTFUL_IN_AREA, pieces | {"area": area, "area_end": area + ":"})
    ids = list(doubtful)
    row = (await session.execute(_broken(ids))).first() if ids else None
    return accounts, None if row is None else Found(*row)


def _broken(accounts: list[int]) -> Any:
    """The first place where one of these accounts does not hold."""
    legs = _legs(accounts).subquery()
    per_account: dict[str, Any] = {"partition_by": legs.c.account_id, "order_by": legs.c.version}
    steps = select(
        legs,
        func.coalesce(func.lag(legs.c.version).over(**per_account), 0).label("version_before"),
        func.coalesce(func.lag(legs.c.hash).over(**per_account), cast(FIRST_HASH, BYTEA)).label("hash_before"),
        func.coalesce(func.lag(legs.c.balance).over(**per_account), 0).label("balance_before"),
    ).subquery()
    of_account = steps.c.transfer_id.is_(None)
    skips = steps.c.version != steps.c.version_before + 1
    unlinked = steps.c.previous != steps.c.hash_before
    moved = steps.c.balance != steps.c.balance_before + steps.c.change
    what = case(
        (and_(of_account, or_(skips, unlinked)), "chain_end_differs"),
        (skips, "number_missing"),
        (unlinked, "chain_broken"),
        else_="balance_differs",
    )
    version = case((of_account, steps.c.version - 1), else_=steps.c.version)
    return (
        select(what, steps.c.transfer_id, steps.c.account_id, version)
        .where(or_(skips, unlinked, moved))
        .order_by(steps.c.transfer_id.asc().nulls_last(), steps.c.account_id)
        .limit(1)
    )


def _legs(accounts: list[int]) -> Any:
    """Both sides of every transfer of the accounts, and each account's own row as the end of its chain."""
    t, a, these = LedgerTransfer, LedgerAccount, any_(literal(accounts, _IDS))
    debits = select(
        t.debit_id.label("account_id"), t.debit_version.label("version"), (-t.amount_fen).label("change"),
        t.debit_balance_fen.label("balance"), t.debit_previous.label("previous"), t.hash.label("hash"),
        t.id.label("transfer_id"),
    ).where(t.debit_id == these)  # fmt: skip
    credits = select(
        t.credit_id, t.credit_version, t.amount_fen, t.credit_balance_fen, t.credit_previous, t.hash, t.id
    ).where(t.credit_id == these)
    ends = select(
        a.id, a.version + 1, literal(0), a.balance_fen, a.last_hash, cast(null(), BYTEA), cast(null(), t.id.type)
    ).where(a.id == these)
    return union_all(debits, credits, ends)

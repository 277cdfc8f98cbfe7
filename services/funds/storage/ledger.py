"""SQL of the ledger. `post` is the one place where money moves and balances change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, exists, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value

from services.funds.domain import ledger as rules
from services.funds.domain.refusals.grants import NotEnoughOnThatDay, UndoneAlready
from services.funds.storage.tables import LedgerAccount, LedgerTransfer
from shared.chassis import clock
from shared.chassis.identity import Actor
from shared.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Place:
    """An account whose row is not at hand: as much of it as posting asks for."""

    id: int
    kind: str


Account = LedgerAccount | Place


@dataclass(frozen=True, slots=True)
class Movement:
    """Money to move: from the account `debit` to the account `credit`, effective on an office day."""

    debit: Account
    credit: Account
    amount_fen: int
    kind: str
    effective_on: date
    cause_type: str
    cause_id: int
    reverses: int | None = None
    pointer: str | None = None
    """The field to name when the debit account does not hold enough."""
    reason: str | None = None
    """Why a correction undoes what it undoes."""


async def open_accounts(session: AsyncSession, accounts: Sequence[LedgerAccount]) -> None:
    """Add new, empty accounts."""
    session.add_all(accounts)
    await session.flush()


async def source_account(session: AsyncSession, division: str, year: int, kind: str) -> LedgerAccount:
    """The account outside our books that a division's money of one year and kind comes from; opened on first use."""
    await session.execute(
        upsert(LedgerAccount)
        .values(kind="source", owner_id=0, division_code=division, fund_year=year, fund_kind=kind, batch="")
        .on_conflict_do_nothing(constraint="uq_ledger_accounts_owner")
    )
    return (
        await session.execute(
            select(LedgerAccount).where(
                LedgerAccount.kind == "source",
                LedgerAccount.owner_id == 0,
                LedgerAccount.division_code == division,
                LedgerAccount.fund_year == year,
                LedgerAccount.fund_kind == kind,
            )
        )
    ).scalar_one()


async def account_of(session: AsyncSession, kind: str, owner_id: int) -> LedgerAccount:
    """The account of a line, receipt, allocation, claim, batch or payment."""
    return (
        await session.execute(
            select(LedgerAccount).where(LedgerAccount.kind == kind, LedgerAccount.owner_id == owner_id)
        )
    ).scalar_one()


async def accounts_of(session: AsyncSession, kind: str, owner_ids: Sequence[int]) -> dict[int, LedgerAccount]:
    """Accounts of one kind by their owner's id."""
    rows = await session.scalars(
        select(LedgerAccount).where(LedgerAccount.kind == kind, LedgerAccount.owner_id.in_(owner_ids))
    )
    return {row.owner_id: row for row in rows}


async def post(session: AsyncSession, actor: Actor, book: str, movements: Sequence[Movement]) -> list[int]:
    """Move money and change the balances, all or nothing, in the caller's transaction; the ids of the transfers.

    One call of the database's `post_transfers`, which locks the accounts, and refuses a debit the account does not
    hold now (the refusal of its kind) or did not hold on the effective day (NotEnoughOnThatDay), and undoing more of
    a transfer than it moved (UndoneAlready). Nothing was changed then.
    """
    if not movements:
        return []
    await session.flush()
    done = (await session.execute(_POST, _arguments(actor, book, movements))).one()
    if done.refusal is not None:
        raise _refusal(done.refusal, movements[done.refused_at - 1], done.available_fen)
    _refresh(movements, done)
    return list(done.transfers)


_POST = text(
    "select * from post_transfers(:book, :actor, :at, :debits, :credits, :amounts, :kinds, :days, :cause_types,"
    " :cause_ids, :undone, :reasons)"
)


def _arguments(actor: Actor, book: str, movements: Sequence[Movement]) -> dict[str, Any]:
    return {"book": book, "actor": actor.account, "at": clock.now()} | _columns(movements)


def _columns(movements: Sequence[Movement]) -> dict[str, Any]:
    return {
        "debits": [move.debit.id for move in movements],
        "credits": [move.credit.id for move in movements],
        "amounts": [move.amount_fen for move in movements],
        "kinds": [move.kind for move in movements],
        "days": [move.effective_on for move in movements],
        "cause_types": [move.cause_type for move in movements],
        "cause_ids": [move.cause_id for move in movements],
        "undone": [move.reverses for move in movements],
        "reasons": [move.reason for move in movements],
    }


async def post_each(session: AsyncSession, postings: Sequence[tuple[Actor, str, Movement]]) -> list[Refusal | None]:
    """Post each movement by itself, by its own actor into its own book, in one round trip: why not, for each.

    What is refused has changed nothing and takes no other with it. The accounts at hand are not told.
    """
    if not postings:
        return []
    values: dict[str, Any] = {
        "book": [book for _, book, _ in postings],
        "actor": [actor.account for actor, _, _ in postings],
        "at": [clock.now()] * len(postings),
    }
    done = (await session.execute(_POST_EACH, values | _columns([move for _, _, move in postings]))).all()
    return [
        None if row.refusal is None else _refusal(row.refusal, posting[2], row.available_fen)
        for row, posting in zip(done, postings, strict=True)
    ]


_OF_MOVEMENT = {
    "debits": "bigint", "credits": "bigint", "amounts": "bigint", "kinds": "text", "days": "date",
    "cause_types": "text", "cause_ids": "bigint", "undone": "bigint", "reasons": "text",
}  # fmt: skip
_OF_POSTING = {"book": "text", "actor": "text", "at": "timestamptz"}
_EACH = _OF_POSTING | _OF_MOVEMENT
_POST_EACH = text(
    "select posted.refusal, posted.available_fen"  # noqa: S608 - names of this file
    f" from unnest({', '.join(f'cast(:{name} as {kind}[])' for name, kind in _EACH.items())})"
    f" with ordinality m ({', '.join(_EACH)}, place)"
    f" cross join lateral post_transfers({', '.join(f'm.{name}' for name in _OF_POSTING)},"
    f" {', '.join(f'array[m.{name}]' for name in _OF_MOVEMENT)}) posted order by m.place"
)


def _refusal(name: str, move: Movement, available_fen: int | None) -> Refusal:
    if name == "not_covered":
        return rules.refusal_for(move.debit.kind, available_fen or 0, move.pointer)
    if name == "not_on_that_day":
        return NotEnoughOnThatDay(pointer=move.pointer, available_fen=available_fen or 0)
    return UndoneAlready(pointer=move.pointer)


def _refresh(movements: Sequence[Movement], done: Any) -> None:
    """Let the accounts at hand show what they hold now; they are never written from here."""
    states = zip(done.accounts, done.balances, done.versions, done.last_days, done.hashes, strict=True)
    now = {state[0]: state[1:] for state in states}
    for account in {id(one): one for move in movements for one in (move.debit, move.credit)}.values():
        for name, value in zip(_WRITTEN, now[account.id], strict=True):
            set_committed_value(account, name, value)


_WRITTEN = ("balance_fen", "version", "last_effective_on", "last_hash")


async def correct(
    session: AsyncSession, actor: Actor, book: str, transfer_id: int, reason: str, effective_on: date
) -> int:
    """Undo a whole transfer that should not have been, once, with a reason; the id of the transfer that undoes it."""
    wrong = await session.get_one(LedgerTransfer, transfer_id)
    back = Movement(
        debit=await session.get_one(LedgerAccount, wrong.credit_id),
        credit=await session.get_one(LedgerAccount, wrong.debit_id),
        amount_fen=wrong.amount_fen,
        kind=rules.CORRECTION,
        effective_on=effective_on,
        cause_type=wrong.cause_type,
        cause_id=wrong.cause_id,
        reverses=wrong.id,
        reason=reason,
    )
    return (await post(session, actor, book, [back]))[0]


_OPENED = {"allocation": ("reserved",), "claim": ("claim", "withheld"), "payment": ("in_flight", "paid")}
"""What opening books bring, and the accounts of it they credit; ids of other things mean nothing beside these."""


async def last_transfer(session: AsyncSession, kind: str, cause_type: str, cause_id: int) -> LedgerTransfer:
    """The newest transfer of a kind that a thing caused; the one a reversal is linked to.

    Of a thing that came by opening books their import is the cause; then it is known by the account it went to.
    """
    own = and_(LedgerTransfer.cause_type == cause_type, LedgerTransfer.cause_id == cause_id)
    kinds = _OPENED.get(cause_type, ())
    accounts = select(LedgerAccount.id).where(LedgerAccount.owner_id == cause_id, LedgerAccount.kind.in_(kinds))
    opened = and_(LedgerTransfer.cause_type == "book_import", LedgerTransfer.credit_id.in_(accounts))
    return (
        await session.execute(
            select(LedgerTransfer)
            .where(LedgerTransfer.kind == kind, or_(own, opened))
            .order_by(LedgerTransfer.id.desc())
            .limit(1)
        )
    ).scalar_one()


async def transfers_of(session: AsyncSession, kind: str, cause_type: str, cause_id: int) -> Sequence[LedgerTransfer]:
    """The transfers of a kind that a thing caused by itself; none where it came by opening books."""
    query = select(LedgerTransfer).where(
        LedgerTransfer.kind == kind, LedgerTransfer.cause_type == cause_type, LedgerTransfer.cause_id == cause_id
    )
    return (await session.scalars(query.order_by(LedgerTransfer.id))).all()


async def undoable(session: AsyncSession, kind: str, cause_type: str, cause_id: int, on: date) -> list[tuple[int, int]]:
    """Transfers of a kind that a thing caused, each with the fen of it that nobody has undone; those of a day first."""
    undoing, correcting = aliased(LedgerTransfer), aliased(LedgerTransfer)
    taken_back = exists().where(correcting.reverses == undoing.id, correcting.kind == rules.CORRECTION)
    undone = select(func.coalesce(func.sum(undoing.amount_fen), 0)).where(
        undoing.reverses == LedgerTransfer.id, ~taken_back
    )
    query = select(LedgerTransfer.id, LedgerTransfer.amount_fen - undone.scalar_subquery()).where(
        LedgerTransfer.kind == kind, LedgerTransfer.cause_type == cause_type, LedgerTransfer.cause_id == cause_id
    )
    ordered = query.order_by(LedgerTransfer.effective_on != on, LedgerTransfer.id)
    return [(one, int(fen)) for one, fen in await session.execute(ordered)]

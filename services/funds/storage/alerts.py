"""SQL of alerts: what stands open, what a step meets, pages, and what an evaluation changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, array, distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.alerts import BARRING, Barrier, Cause, Judged, Key, Open
from services.funds.storage.tables import Alert, AlertAction, PayeeAccount
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within

AT_ONCE = 500
ROWS_AT_ONCE = 100
"""Of a statement that names every value: one of the same length is not put together again."""
_OPEN: ColumnElement[str] = literal_column("'open'")
"""Written out, so that a prepared statement is seen to fit the index over open alerts."""


async def barriers(
    session: AsyncSession, references: Collection[str], payee: tuple[str, str] | None = None
) -> list[Barrier]:
    """Open alerts that bar a step on these things, or on an account the payee (county, code) is paid on."""
    wanted: Any = cast(array(references), ARRAY(String))
    if payee is not None:
        accounts = select(literal("payee_account:", String) + cast(PayeeAccount.id, String)).where(
            PayeeAccount.county_code == payee[0], PayeeAccount.payee_uscc == payee[1]
        )
        wanted = func.array_cat(wanted, func.array(accounts.scalar_subquery()))
    query = select(Alert.id, Alert.rule, Alert.reference, Alert.colour, Alert.papered_at).where(
        Alert.state == _OPEN, Alert.colour.in_(BARRING), Alert.reference == any_(wanted)
    )
    rows = await session.execute(query)
    return [Barrier(row.id, row.rule, row.reference, row.colour, row.papered_at is not None) for row in rows]


async def lock_open(session: AsyncSession, book_code: str) -> list[Open]:
    """The open alerts of an area's evaluation, held until the transaction ends."""
    query = select(Alert).where(Alert.book_code == book_code, Alert.state == "open").order_by(Alert.id)
    rows = await session.scalars(query.with_for_update().execution_options(populate_existing=True))
    return [Open(row.id, row.rule, row.reference, row.conclusion) for row in rows]


async def judged(session: AsyncSession, keys: Collection[Key]) -> dict[Key, Judged]:
    """How far each of these causes was judged normal last."""
    found: dict[Key, Judged] = {}
    wanted = sorted(keys)
    for start in range(0, len(wanted), AT_ONCE):
        query = (
            select(Alert)
            .where(
                Alert.closed_why == "normal", tuple_(Alert.rule, Alert.reference).in_(wanted[start : start + AT_ONCE])
            )
            .order_by(Alert.rule, Alert.reference, Alert.id.desc())
            .ext(distinct_on(Alert.rule, Alert.reference))
        )
        for row in await session.scalars(query):
            limits = (row.judged_fen or 0, row.judged_days or 0, row.judged_occurrences or 0)
            found[row.rule, row.reference] = Judged(*limits)
    return found


async def add(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert alerts; a cause somebody else alerted meanwhile is left as it is. Returns how many are new."""
    added = 0
    for start in range(0, len(rows), ROWS_AT_ONCE):
        statement = insert(Alert).values([dict(row) for row in rows[start : start + ROWS_AT_ONCE]])
        done = await session.execute(statement.on_conflict_do_nothing().returning(Alert.id))
        added += len(done.all())
    return added


FIGURES = ("colour", "threshold", "amount_fen", "days", "occurrences", "since")
ASKED = ("side", "office")


async def see_again(
    session: AsyncSession, seen: Iterable[tuple[int, Cause]], at: datetime, replies: Collection[str]
) -> int:
    """Bring the figures of alerts whose cause still stands up to date, and at the steps `replies` who is asked.

    Who has replied stays named: no office reviews its own reply. Returns how many alerts there are.
    """
    rows = [
        {"alert_id": alert_id} | {f"new_{name}": getattr(cause, name) for name in (*FIGURES, *ASKED)}
        for alert_id, cause in seen
    ]
    columns: Any = Alert.__table__.c
    unanswered = or_(*(columns.step == step for step in sorted(replies)))
    asked = {name: case((unanswered, bindparam(f"new_{name}")), else_=columns[name]) for name in ASKED}
    statement = (
        update(Alert.__table__)  # type: ignore[arg-type]
        .where(columns.id == bindparam("alert_id"))
        .values(
            seen_at=at,
            seen_times=columns.seen_times + 1,
            **{name: bindparam(f"new_{name}") for name in FIGURES},
            **asked,
        )
    )
    if rows:
        await (await session.connection()).execute(statement, rows)
    return len(rows)


async def close_gone(session: AsyncSession, ids: Sequence[int], at: datetime) -> None:
    """Close alerts whose cause is gone; they stay as history."""
    for start in range(0, len(ids), AT_ONCE):
        await session.execute(
            update(Alert)
            .where(Alert.id.in_(ids[start : start + AT_ONCE]))
            .values(state="closed", closed_at=at, closed_why="gone")
            .execution_options(synchronize_session=False)
        )


async def visible(session: AsyncSession, actor: Actor, alert_id: int, *, lock: bool = False) -> Alert | None:
    query = select(Alert).where(Alert.id == alert_id, in_scope(Alert.division_code, actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).first()


async def list_visible(
    session: AsyncSession,
    actor: Actor,
    area: str,
    filters: Mapping[str, Any],
    before_id: int | None,
    limit: int,
) -> Sequence[Alert]:
    """Alerts of the area, newest first; `filters` by column, None for any."""
    query = select(Alert).where(*_of_area(actor, area, filters)).order_by(Alert.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(Alert.id < before_id)
    return (await session.scalars(query)).all()


async def counts(
    session: AsyncSession, actor: Actor, area: str, filters: Mapping[str, Any], today: date
) -> Sequence[Mapping[str, Any]]:
    """Number, sum, and number past the due step, by rule, colour, side and state."""
    keys = (Alert.rule, Alert.colour, Alert.side, Alert.state)
    late = func.count().filter(Alert.state == "open", Alert.step_due_on < today)
    query = (
        select(
            *keys,
            func.count().label("alerts"),
            func.sum(Alert.amount_fen).label("amount_fen"),
            func.max(Alert.days).label("longest_days"),
            late.label("steps_overdue"),
        )
        .where(*_of_area(actor, area, filters))
        .group_by(*keys)
        .order_by(*keys)
    )
    return [dict(row) for row in (await session.execute(query)).mappings()]


def _of_area(actor: Actor, area: str, filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    found = [in_scope(Alert.division_code, actor), within(Alert.division_code, area)]
    return found + [getattr(Alert, name) == value for name, value in filters.items() if value is not None]


async def actions_of(session: AsyncSession, alert_id: int) -> Sequence[AlertAction]:
    query = select(AlertAction).where(AlertAction.alert_id == alert_id).order_by(AlertAction.number)
    return (await session.scalars(query)).all()


async def add_action(session: AsyncSession, action: AlertAction) -> None:
    session.add(action)
    await session.flush()

"""SQL of spending definitions and their thresholds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import BigInteger, ColumnElement, Date, String, bindparam, func, or_, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.divisions import NATION, ancestors_of
from services.funds.domain.questions import Question
from services.funds.domain.spending_definitions import Definition
from services.funds.domain.spending_thresholds import Threshold
from services.funds.storage.asked_money import only
from services.funds.storage.book_imports import undone
from services.funds.storage.tables import Receipt, SpendingDefinition, SpendingThreshold
from shared.chassis import clock
from shared.chassis.plain_rows import PlainRows
from shared.chassis.scope import within

SAID = (
    "id", "division_code", "year_from", "year_to", "valid_from", "name", "source", "valid_to", "fund_kind",
    "source_level", "batch", "priority", "withheld_counts", "denominator", "regular_from", "regular_after_days",
    "cut_off", "pace_basis",
)  # fmt: skip
DEMANDED = ("id", "kind", "value", "due_on", "source", "priority", "valid_from", "valid_to")


def definition_of(row: Any) -> Definition:
    """The rules' view of a row; of one not inserted yet the number is 0."""
    return Definition(
        **{name: getattr(row, name) for name in SAID if name != "id"},
        id=row.id or 0,
        known_since=row.decided_at,
        end_known_since=row.ended_at,
        earlier_ends=tuple(
            (date.fromisoformat(item["ends_on"]), item["ended_at"] and datetime.fromisoformat(item["ended_at"]))
            for item in row.earlier_ends or []
        ),
    )


def end_of(row: SpendingDefinition) -> dict[str, Any]:
    """The end a row has, as it is kept when an earlier one is set."""
    assert row.valid_to is not None
    return {
        "ends_on": row.valid_to.isoformat(), "ended_at": clock.written(row.ended_at), "ended_by": row.ended_by,
        "ended_person": row.ended_person, "ended_office": row.ended_office, "reason": row.end_reason,
    }  # fmt: skip


def _of_year(fund_year: Any) -> list[ColumnElement[bool]]:
    return [
        SpendingDefinition.state == "approved",
        SpendingDefinition.year_from <= fund_year,
        or_(SpendingDefinition.year_to.is_(None), SpendingDefinition.year_to >= fund_year),
    ]


_YEAR = bindparam("fund_year", type_=BigInteger)
_READ = (*SAID, "decided_at", "ended_at", "earlier_ends")
_CANDIDATES = PlainRows(
    select(
        *(getattr(SpendingDefinition, name) for name in _READ), *(getattr(SpendingThreshold, name) for name in DEMANDED)
    )
    .outerjoin(SpendingThreshold, SpendingThreshold.definition_id == SpendingDefinition.id)
    .where(
        SpendingDefinition.division_code == func.any(bindparam("places", type_=ARRAY(String))),
        *_of_year(_YEAR),
    )
    .order_by(SpendingDefinition.id, SpendingThreshold.id)
)


async def candidates(
    session: AsyncSession, area: str, fund_year: int
) -> tuple[list[Definition], dict[int, list[Threshold]]]:
    """Approved definitions of a fund year for the area and for those above it, of all kinds and days; and by their ids
    what they demand, in the order it was entered."""
    found: dict[int, Definition] = {}
    demands: dict[int, list[Threshold]] = defaultdict(list)
    places = [NATION, *ancestors_of(area), area]
    for row in await _CANDIDATES.rows(session, {"places": places, "fund_year": fund_year}):
        said = SimpleNamespace(**dict(zip(_READ, row, strict=False)))
        if said.id not in found:
            found[said.id] = definition_of(said)
        demanded = dict(zip(DEMANDED, row[len(_READ) :], strict=True))
        if demanded["id"] is not None:
            demands[said.id].append(Threshold(**demanded))
    return list(found.values()), demands


@cache
def _below(nation: bool) -> PlainRows:
    place, area = SpendingDefinition.division_code, cast(Any, bindparam("area", type_=String))
    day = bindparam("day", type_=Date)
    query = select(func.count()).where(
        true() if nation else within(place, area),
        place != area,
        SpendingDefinition.valid_from <= day,
        or_(SpendingDefinition.valid_to.is_(None), SpendingDefinition.valid_to >= day),
        *_of_year(_YEAR),
    )
    return PlainRows(query)


async def below(session: AsyncSession, area: str, fund_year: int, on: date) -> int:
    """How many approved definitions places below the area have of their own on a day."""
    values = {"area": area, "day": on, "fund_year": fund_year}
    return int((await _below(area == NATION).rows(session, values))[0][0])


async def thresholds(session: AsyncSession, definition_ids: Iterable[int]) -> dict[int, list[SpendingThreshold]]:
    """Thresholds by definition, in the order they were entered."""
    found: dict[int, list[SpendingThreshold]] = defaultdict(list)
    query = select(SpendingThreshold).where(SpendingThreshold.definition_id.in_(list(definition_ids)))
    for row in await session.scalars(query.order_by(SpendingThreshold.id)):
        found[row.definition_id].append(row)
    return found


async def first_regular_on(session: AsyncSession, question: Question) -> date | None:
    """The day the area's books registered their first money of the regular batch, if they have by the day."""
    query = select(func.min(Receipt.received_on)).where(
        within(Receipt.division_code, question.books),
        Receipt.received_on <= question.as_of,
        Receipt.batch == "regular",
        ~undone("receipt", Receipt.id),
        *only(question, Receipt.fund_year, Receipt.fund_kind, Receipt.batch),
    )
    if question.known_until is not None:
        query = query.where(Receipt.entered_at < question.known_until)
    day: date | None = await session.scalar(query)
    return day


async def live_of(session: AsyncSession, division_code: str) -> list[Definition]:
    """A place's proposed and approved definitions. Locks out others who enter one at the same moment."""
    await session.execute(text("select pg_advisory_xact_lock(7422)"))
    query = select(SpendingDefinition).where(
        SpendingDefinition.division_code == division_code, SpendingDefinition.state.in_(("proposed", "approved"))
    )
    return [definition_of(row) for row in await session.scalars(query.order_by(SpendingDefinition.id))]


async def add(session: AsyncSession, row: SpendingDefinition, demands: Iterable[SpendingThreshold]) -> None:
    """Insert a definition with its thresholds."""
    session.add(row)
    await session.flush()
    for demand in demands:
        demand.definition_id = row.id
        session.add(demand)
        await session.flush()


async def one(session: AsyncSession, definition_id: int, *, lock: bool = False) -> SpendingDefinition | None:
    query = select(SpendingDefinition).where(SpendingDefinition.id == definition_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).first()


async def list_all(
    session: AsyncSession,
    area: str,
    fund_year: int | None,
    state: str | None,
    before_id: int | None,
    limit: int,
) -> Sequence[SpendingDefinition]:
    """Definitions of the area's places, newest first."""
    query = select(SpendingDefinition).where(within(SpendingDefinition.division_code, area))
    if fund_year is not None:
        query = query.where(
            SpendingDefinition.year_from <= fund_year,
            or_(SpendingDefinition.year_to.is_(None), SpendingDefinition.year_to >= fund_year),
        )
    if state is not None:
        query = query.where(SpendingDefinition.state == state)
    if before_id is not None:
        query = query.where(SpendingDefinition.id < before_id)
    return (await session.scalars(query.order_by(SpendingDefinition.id.desc()).limit(limit))).all()

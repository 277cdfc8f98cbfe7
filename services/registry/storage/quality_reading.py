"""SQL of what is read of data quality: findings, counts of runs, the trend, the scoreboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, exists, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.registry.storage.tables import (
    Household,
    HouseholdMember,
    QualityCheckedVillage,
    QualityCount,
    QualityExemption,
    QualityExemptionDecision,
    QualityFinding,
    QualityRun,
    QualityRunVillage,
)
from shared.chassis.identity import Actor
from shared.chassis.scope import NATION, in_scope, within


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings are listed; None leaves a filter out. `rules` are numbers."""

    closed: bool
    area: str | None = None
    rules: Sequence[str] | None = None
    household_id: UUID | None = None
    exempt: bool | None = None


def _exemption(on: date) -> ColumnElement[Any]:
    """The last day of the exemption in force on a day that covers the finding; null without one."""
    return (
        select(func.max(QualityExemption.until))
        .join(QualityExemptionDecision, QualityExemptionDecision.exemption_id == QualityExemption.id)
        .where(*_covers(on))
        .correlate(QualityFinding)
        .scalar_subquery()
    )


def _covers(on: date) -> list[ColumnElement[bool]]:
    return [
        QualityExemptionDecision.outcome == "grant",
        QualityExemption.household_id == QualityFinding.household_id,
        QualityExemption.rule == QualityFinding.rule,
        or_(QualityExemption.member_id.is_(None), QualityExemption.member_id == QualityFinding.member_id),
        QualityExemption.until >= on,
    ]


def _exempt(on: date) -> ColumnElement[bool]:
    return exists().where(
        QualityExemptionDecision.exemption_id == QualityExemption.id, *_covers(on)
    )  # fmt: skip


async def list_findings(
    session: AsyncSession, actor: Actor, wanted: Wanted, on: date, after: tuple[str, int] | None, limit: int
) -> Sequence[tuple[Any, ...]]:
    """Findings in the actor's scope by village and number: finding, household (None where it has vanished since),
    person or None, last day of the exemption or None, day the village was checked last."""
    query = select(QualityFinding, _exemption(on).label("until")).where(in_scope(QualityFinding.village_code, actor))
    query = query.where(*_filters(wanted, on))
    if after is not None:
        query = query.where(tuple_(QualityFinding.village_code, QualityFinding.id) > after)
    page = query.order_by(QualityFinding.village_code, QualityFinding.id).limit(limit).cte("page")
    finding = aliased(QualityFinding, page)
    rows = (
        select(finding, Household, HouseholdMember, page.c.until, QualityCheckedVillage.checked_on)
        .outerjoin(Household, and_(Household.id == finding.household_id, in_scope(Household.village_code, actor)))
        .outerjoin(HouseholdMember, HouseholdMember.id == finding.member_id)
        .outerjoin(QualityCheckedVillage, QualityCheckedVillage.village_code == finding.village_code)
        .order_by(finding.village_code, finding.id)
    )
    return (await session.execute(rows)).all()


def _filters(wanted: Wanted, on: date) -> list[ColumnElement[bool]]:
    closed = QualityFinding.closed_run.is_not(None) if wanted.closed else QualityFinding.closed_run.is_(None)
    clauses: list[ColumnElement[bool]] = [closed]
    if wanted.area is not None:
        clauses.append(within(QualityFinding.village_code, wanted.area))
    if wanted.rules is not None:
        clauses.append(QualityFinding.rule == func.any(literal(list(wanted.rules))))
    if wanted.household_id is not None:
        clauses.append(QualityFinding.household_id == wanted.household_id)
    if wanted.exempt is not None:
        clauses.append(_exempt(on) if wanted.exempt else ~_exempt(on))
    return clauses


async def exemptions_of(session: AsyncSession, household_id: UUID, on: date) -> Sequence[Row[str, UUID | None, date]]:
    """Exemptions of a household in force on a day: rule, person or None for all, last day."""
    query = (
        select(QualityExemption.rule, QualityExemption.member_id, QualityExemption.until)
        .join(QualityExemptionDecision, QualityExemptionDecision.exemption_id == QualityExemption.id)
        .where(
            QualityExemption.household_id == household_id,
            QualityExemptionDecision.outcome == "grant",
            QualityExemption.until >= on,
        )
    )
    return (await session.execute(query)).all()


async def checked(session: AsyncSession, run_id: UUID, area: str) -> tuple[int, int]:
    """Files and people a run checked within an area."""
    query = select(
        func.coalesce(func.sum(QualityRunVillage.households), 0), func.coalesce(func.sum(QualityRunVillage.people), 0)
    ).where(QualityRunVillage.run_id == run_id, within(QualityRunVillage.village_code, area))
    row = (await session.execute(query)).one()
    return int(row[0]), int(row[1])


async def counts(session: AsyncSession, run_id: UUID, area: str) -> dict[str, tuple[int, int]]:
    """What a run found within an area, and how much of it was exempt, by rule."""
    query = (
        select(QualityCount.rule, func.sum(QualityCount.found), func.sum(QualityCount.exempt))
        .where(QualityCount.run_id == run_id, within(QualityCount.village_code, area))
        .group_by(QualityCount.rule)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in await session.execute(query)}


async def trend(session: AsyncSession, area: str, rule: str | None, limit: int) -> Sequence[tuple[Any, ...]]:
    """The latest runs of the whole area: run, day, files, people, findings, exempt; newest first."""
    above = [NATION, *(area[:length] for length in (2, 4, 6, 9, 12) if length <= len(area))]
    found = select(func.coalesce(func.sum(QualityCount.found), 0)).where(*_counted(area, rule))
    exempt = select(func.coalesce(func.sum(QualityCount.exempt), 0)).where(*_counted(area, rule))
    runs = (
        select(
            QualityRun.id,
            QualityRun.on,
            func.coalesce(func.sum(QualityRunVillage.households), 0),
            func.coalesce(func.sum(QualityRunVillage.people), 0),
            found.correlate(QualityRun).scalar_subquery(),
            exempt.correlate(QualityRun).scalar_subquery(),
        )
        .outerjoin(
            QualityRunVillage,
            and_(QualityRunVillage.run_id == QualityRun.id, within(QualityRunVillage.village_code, area)),
        )
        .where(QualityRun.division_code.in_(above), QualityRun.state == "done")
        .group_by(QualityRun.id, QualityRun.on)
        .order_by(QualityRun.id.desc())
        .limit(limit)
    )
    return (await session.execute(runs)).all()


def _counted(area: str, rule: str | None) -> list[ColumnElement[bool]]:
    clauses = [QualityCount.run_id == QualityRun.id, within(QualityCount.village_code, area)]
    return clauses if rule is None else [*clauses, QualityCount.rule == rule]


async def scores(session: AsyncSession, actor: Actor, area: str, digits: int) -> Sequence[tuple[Any, ...]]:
    """By area of `digits`: files, people, files with a finding and by level, first and last day of the last checks."""
    key = func.left(QualityRunVillage.village_code, digits)
    columns = ("households", "people", "with_finding", "with_refuse", "with_warn", "with_list")
    query = (
        select(
            key,
            *(func.sum(getattr(QualityRunVillage, name)) for name in columns),
            func.min(QualityCheckedVillage.checked_on),
            func.max(QualityCheckedVillage.checked_on),
        )
        .join(
            QualityCheckedVillage,
            and_(
                QualityCheckedVillage.run_id == QualityRunVillage.run_id,
                QualityCheckedVillage.village_code == QualityRunVillage.village_code,
            ),
        )
        .where(within(QualityRunVillage.village_code, area), in_scope(QualityRunVillage.village_code, actor))
        .group_by(key)
        .order_by(key)
    )
    return (await session.execute(query)).all()

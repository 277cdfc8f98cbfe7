"""SQL of rules of alerts and of the chains they are handled by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.alert_handling import Step
from services.funds.domain.alert_rules import Rule
from services.funds.storage.tables import AlertRule, AlertStep


async def list_all(session: AsyncSession) -> Sequence[AlertRule]:
    order = (AlertRule.code, AlertRule.division_code, AlertRule.valid_from)
    return (await session.scalars(select(AlertRule).order_by(*order))).all()


def rule_of(row: AlertRule) -> Rule:
    return Rule(**{field.name: getattr(row, field.name) for field in fields(Rule)})


async def load(session: AsyncSession) -> list[Rule]:
    """Every rule of every area and day."""
    return [rule_of(row) for row in await list_all(session)]


async def step_rows(session: AsyncSession) -> Sequence[AlertStep]:
    return (await session.scalars(select(AlertStep).order_by(AlertStep.chain, AlertStep.number))).all()


async def chains(session: AsyncSession) -> dict[str, list[Step]]:
    """Chains by code, their steps in order."""
    found: dict[str, list[Step]] = {}
    for row in await step_rows(session):
        others = tuple(part for part in row.other_than.split("|") if part)
        step = Step(row.number, row.code, row.kind, row.sector, row.level, row.deadline_days, others)
        found.setdefault(row.chain, []).append(step)
    return found


async def open_row(session: AsyncSession, code: str, division_code: str) -> AlertRule | None:
    """The place's open row of a rule; nobody else sets one until this transaction ends."""
    await session.execute(text("select pg_advisory_xact_lock(7423)"))
    query = select(AlertRule).where(
        AlertRule.code == code, AlertRule.division_code == division_code, AlertRule.valid_to.is_(None)
    )
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def put(session: AsyncSession, new: AlertRule, before: AlertRule | None) -> None:
    """Close the open row the day before the new one starts, and add the new one."""
    if before is not None:
        before.valid_to = new.valid_from - timedelta(days=1)
    session.add(new)
    await session.flush()

"""Alerts as others meet them: what bars a step, and what offices read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import alerts as rules
from services.funds.domain.alert_rules import Rule, in_force
from services.funds.domain.working_days import Calendar
from services.funds.storage import alert_rules as rule_storage
from services.funds.storage import alerts as storage
from services.funds.storage import calendars
from services.funds.storage.tables import Alert, AlertAction, AlertRule, AlertStep, Allocation, Claim, GrantBatch
from shared.chassis import clock, paging
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.refusals import NotFound
from shared.schemas import funds_alerts as wire
from shared.schemas.wire import Page


async def require_clear(session: AsyncSession, row: Claim | Allocation | GrantBatch) -> None:
    """Refuse a step on a claim, proposal or grant batch that an open alert bars; one query.

    Raises AlertForbids (grey), AlertBlocks (red), AlertPaperNeeded (orange without a paper), naming the alert.
    """
    payee = (row.county_code, row.payee_uscc) if isinstance(row, Claim) else None
    rules.require_clear(await storage.barriers(session, _references(row), payee))


def _references(row: Claim | Allocation | GrantBatch) -> list[str]:
    """The things a step on the row is about."""
    if isinstance(row, Allocation):
        return [f"allocation:{row.id}", f"receipt:{row.receipt_id}", f"project:{row.project_code}"]
    if isinstance(row, GrantBatch):
        return [f"batch:{row.id}", f"allocation:{row.allocation_id}"]
    return [f"claim:{row.id}", f"allocation:{row.allocation_id}", f"project:{row.project_code}"]


async def get(session: AsyncSession, actor: Actor, alert_id: int) -> wire.AlertFile:
    row = await storage.visible(session, actor, alert_id)
    if row is None:
        raise NotFound()
    return await file_of(session, row)


async def list_alerts(
    session: AsyncSession, actor: Actor, area: str, filters: dict[str, Any], cursor: str | None, limit: int
) -> Page[wire.Alert]:
    after = paging.decode(cursor, int)
    before_id = int(after[0]) if after else None
    found = await storage.list_visible(session, actor, area, filters, before_id, limit + 1)
    labels = await _labels(session)
    provinces = sorted({row.book_code[:2] for row in found})
    known = {province: await calendars.load(session, province) for province in provinces}
    items = [_answer(row, labels, known[row.book_code[:2]]) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].alert_id) if len(found) > limit else None)


async def count(session: AsyncSession, actor: Actor, area: str, filters: dict[str, Any]) -> wire.AlertCounts:
    require_in_scope(actor, area)
    rows = await storage.counts(session, actor, area, filters, clock.office_today())
    labels = await _labels(session)
    return wire.AlertCounts(
        division_code=area,
        items=[wire.AlertCount(**row, label_zh=labels[row["rule"]].label_zh) for row in rows],
        alerts=sum(row["alerts"] for row in rows),
    )


async def _labels(session: AsyncSession) -> dict[str, AlertRule]:
    """What each rule is called: a place's own rule has the name of the one above it."""
    return {row.code: row for row in await rule_storage.list_all(session)}


async def file_of(session: AsyncSession, row: Alert) -> wire.AlertFile:
    """An alert with its whole chain: what was done, what is due, what comes."""
    actions = await storage.actions_of(session, row.id)
    steps = [step for step in await rule_storage.step_rows(session) if step.chain == row.chain]
    calendar = await calendars.load(session, row.book_code)
    return wire.AlertFile(
        **dict(_answer(row, await _labels(session), calendar)),
        source=(await rule_of(session, row)).source,
        chain_steps=[_step(step) for step in steps],
        actions=[_action(action) for action in actions],
        days_by_step=_days_by_step(row, actions, calendar),
    )


async def rule_of(session: AsyncSession, row: Alert) -> Rule:
    """The rule of an alert as it is in force in its area today, else as it was last."""
    known = [rule for rule in await rule_storage.load(session) if rule.code == row.rule]
    return in_force(known, row.book_code, clock.office_today()).get(row.rule, known[-1])


def _answer(row: Alert, labels: dict[str, AlertRule], calendar: Calendar) -> wire.Alert:
    own = {"alert_id", "label_zh", "label_en", "papered", "step", "step_since", "step_due_on", "step_days", "overdue"}
    values = {name: getattr(row, name) for name in set(wire.Alert.model_fields) - own}
    today, due = clock.office_today(), row.state == "open"
    return wire.Alert(
        **values,
        alert_id=row.id,
        label_zh=labels[row.rule].label_zh,
        label_en=labels[row.rule].label_en,
        papered=row.papered_at is not None,
        step=row.step if due else None,
        step_since=row.step_since if due else None,
        step_due_on=row.step_due_on if due else None,
        step_days=calendar.between(row.step_since, today) if due else None,
        overdue=due and today > row.step_due_on,
    )


def _step(row: AlertStep) -> wire.AlertStep:
    others = [part for part in row.other_than.split("|") if part]
    names = set(wire.AlertStep.model_fields) - {"other_than"}
    return wire.AlertStep(**{name: getattr(row, name) for name in names}, other_than=others)


def _action(row: AlertAction) -> wire.AlertAction:
    return wire.AlertAction.model_validate(row)


def _days_by_step(row: Alert, actions: Sequence[AlertAction], calendar: Calendar) -> dict[str, int]:
    """Working days the alert has spent in each step, all rounds together, the running step up to today."""
    days: dict[str, int] = {}
    for action in actions:
        days[action.step] = days.get(action.step, 0) + action.working_days
    if row.state == "open":
        days[row.step] = days.get(row.step, 0) + calendar.between(row.step_since, clock.office_today())
    return days

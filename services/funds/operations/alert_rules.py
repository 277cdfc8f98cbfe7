"""What offices do with rules of alerts: read them, set a stricter one for their own area."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import alert_rules as rules
from services.funds.domain.refusals.alerts import AlertRuleDayTaken, AlertRuleInThePast, AlertRuleUnknown
from services.funds.storage import alert_rules as storage
from services.funds.storage import parameters
from services.funds.storage.tables import AlertRule
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.schemas import funds_alerts as wire


async def list_rules(session: AsyncSession, code: str | None, division_code: str | None) -> wire.AlertRules:
    """All rules with their sources, or those in force today for one area; and the chains."""
    rows = [row for row in await storage.list_all(session) if code is None or row.code == code]
    if division_code is not None:
        known = [storage.rule_of(row) for row in rows]
        chosen = rules.in_force(known, division_code, clock.office_today()).values()
        kept = {(rule.code, rule.division_code, rule.valid_from) for rule in chosen}
        rows = [row for row in rows if (row.code, row.division_code, row.valid_from) in kept]
    steps = await storage.step_rows(session)
    return wire.AlertRules(
        items=[wire.AlertRule.model_validate(row) for row in rows],
        steps=[
            wire.AlertStep(
                **{name: getattr(row, name) for name in set(wire.AlertStep.model_fields) - {"other_than"}},
                other_than=[part for part in row.other_than.split("|") if part],
            )
            for row in steps
        ],
    )


async def set_rule(session: AsyncSession, actor: Actor, request: wire.NewAlertRule) -> wire.AlertRule:
    """Set a rule's colour and threshold for an area of one's own from a day on, no softer than what stands above."""
    require_in_scope(actor, request.division_code)
    if request.valid_from < clock.office_today():
        raise AlertRuleInThePast()
    before = await storage.open_row(session, request.code, request.division_code)
    known = await storage.load(session)
    above = _above(known, request)
    rules.require_threshold(above, request.threshold)
    values = await parameters.load(session, request.division_code, request.valid_from)
    standing = rules.threshold_of(above, rules.no_softer(values, request.division_code))
    rules.require_no_softer(above, request.colour, request.threshold, standing)
    if before is not None and request.valid_from <= before.valid_from:
        raise AlertRuleDayTaken()
    kept = ("looks_at", "subject", "among", "unit", "stricter", "recipient", "chain", "again_after_days",
            "label_zh", "label_en")  # fmt: skip
    row = AlertRule(**request.model_dump(), valid_to=None, **{name: getattr(above, name) for name in kept})
    await storage.put(session, row, before)
    audit.record(
        session, actor, "alert_rule.set", f"alert_rule:{row.code}", division_code=row.division_code, colour=row.colour
    )
    return wire.AlertRule.model_validate(row)


def _above(known: list[rules.Rule], request: wire.NewAlertRule) -> rules.Rule:
    """The rule that would hold in the area without one of its own. Raises AlertRuleUnknown."""
    others = [rule for rule in known if rule.division_code != request.division_code]
    found = rules.in_force(others, request.division_code, request.valid_from)
    if request.code not in found:
        raise AlertRuleUnknown()
    return found[request.code]

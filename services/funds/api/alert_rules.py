"""HTTP of rules of alerts."""

from __future__ import annotations

from services.funds.operations import alert_rules
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.funds_alerts import AlertRule, AlertRules, NewAlertRule
from shared.schemas.wire import Code, DivisionCode

router = new_router("/api/v1/funds/alert-rules", "alert rules")


@router.get("", operation_id="alert_rule_list", **needs("code_list.read"))
async def alert_rule_list(
    session: Session, code: Code | None = None, division_code: DivisionCode | None = None
) -> AlertRules:
    return await alert_rules.list_rules(session, code, division_code)


@router.post("", operation_id="alert_rule_set", status_code=201, **needs("alert_rule.set"))
async def alert_rule_set(body: NewAlertRule, session: Session, actor: CurrentActor) -> AlertRule:
    return await alert_rules.set_rule(session, actor, body)

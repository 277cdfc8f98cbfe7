"""What funds refuse around alerts: steps that are not due or not one's own, and business an open alert bars."""

from __future__ import annotations

from shared.refusals import Conflict, Forbidden, RuleBroken


class AlertBlocks(Conflict):
    code = "funds.alert_blocks"
    zh = "红色预警未解除,已拦截;请先处理所列预警"
    en = "An open red alert blocks this step: handle the alert named first"


class AlertForbids(Conflict):
    code = "funds.alert_forbids"
    zh = "属于禁止事项,不得办理"
    en = "This is forbidden; nothing lifts it but its cause being gone"


class AlertPaperNeeded(Conflict):
    code = "funds.alert_paper_needed"
    zh = "橙色预警:须先上传说明材料方可继续办理"
    en = "An open orange alert asks for a paper before the step goes on"


class AlertPaperMissing(RuleBroken):
    code = "funds.alert_paper_missing"
    zh = "红色、橙色预警的反馈须附材料"
    en = "A reply to a red or orange alert brings a paper"
    pointer = "/paper"


class AlertNotYours(Forbidden):
    code = "funds.alert_not_yours"
    zh = "该预警由收件单位反馈"
    en = "Only the office the alert is sent to replies"


class AlertReviewNotYours(Forbidden):
    code = "funds.alert_review_not_yours"
    zh = "本环节由规定部门和级次办理"
    en = "This step is taken by the sector and level the chain names"


class AlertOwnReply(Forbidden):
    code = "funds.alert_own_reply"
    zh = "不得审核、认定本单位的反馈;由其他单位或上级同类部门办理"
    en = "No office reviews or judges its own reply: another one, or the one above, does"


class AlertNotReviewed(Conflict):
    code = "funds.alert_not_reviewed"
    zh = "尚未完成反馈和初审、复审,不得认定"
    en = "A conclusion follows the reply and all reviews"


class AlertStepNotDue(Conflict):
    code = "funds.alert_step_not_due"
    zh = "预警处理未到该环节"
    en = "Another step of the chain is due"


class AlertClosed(Conflict):
    code = "funds.alert_closed"
    zh = "预警已办结或原因已消除"
    en = "The alert is closed"


class AlertStands(Conflict):
    code = "funds.alert_stands"
    zh = "灰色(禁止)预警不得以认定结论解除"
    en = "No conclusion lifts a grey alert"
    pointer = "/outcome"


class AlertAcceptedTooLow(RuleBroken):
    code = "funds.alert_accepted_too_low"
    zh = "认定的金额或天数小于现状,或认定结论不是正常"
    en = "What is judged normal is at least what stands now, and only a normal conclusion says so"


class AlertTextPersonal(RuleBroken):
    code = "funds.alert_text_personal"
    zh = "预警文字不得含身份证号、电话、账号等号码"
    en = "Words about an alert hold no identity, telephone or account numbers"


class AlertRuleUnknown(RuleBroken):
    code = "funds.alert_rule_unknown"
    zh = "没有这项预警规则"
    en = "There is no alert rule of this code"
    pointer = "/code"


class AlertRuleSofter(RuleBroken):
    code = "funds.alert_rule_softer"
    zh = "本地规则不得宽于上级规则"
    en = "A place's own rule is no softer than the one above it"


class AlertThresholdWrong(RuleBroken):
    code = "funds.alert_threshold_wrong"
    zh = "阈值须为该规则单位的数值"
    en = "The threshold is a number of the rule's unit"
    pointer = "/threshold"


class AlertRuleInThePast(RuleBroken):
    code = "funds.alert_rule_in_the_past"
    zh = "规则不得追溯生效"
    en = "A rule is set from today on, not for days gone by"
    pointer = "/valid_from"


class AlertRuleDayTaken(Conflict):
    code = "funds.alert_rule_day_taken"
    zh = "该日起已有本地规则"
    en = "The place has a rule from this day or a later one"
    pointer = "/valid_from"

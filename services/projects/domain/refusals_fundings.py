"""What projects refuse about fundings, each with its stable code and its sentence."""

from __future__ import annotations

from shared.refusals import Conflict, RuleBroken


class FundingDiffers(RuleBroken):
    code = "projects.funding_differs"
    zh = "同一资金安排业务的内容与先前不同"
    en = "This operation was asked with other contents before"


class EventUnknown(RuleBroken):
    code = "projects.event_unknown"
    zh = "无法识别的事件"
    en = "Nobody knows this event here"
    pointer = "/type"


class ReleaseTooLarge(RuleBroken):
    code = "projects.release_too_large"
    zh = "收回金额超过项目已安排资金"
    en = "More came back than the project was given"
    pointer = "/data/amount_fen"


class PlanLineCommitted(Conflict):
    code = "projects.plan_line_committed"
    zh = "年度计划金额不得低于已安排资金"
    en = "A plan line is not lowered below the money already given to the project"

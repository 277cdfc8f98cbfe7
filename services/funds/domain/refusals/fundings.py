"""What funds refuse where projects have the last word."""

from __future__ import annotations

from services.funds.domain.refusals.spending import (
    OtherCounty,
    OverPlanLine,
    ProjectNotInLibrary,
    ProjectNotInPlan,
    ProjectStopped,
)
from shared.refusals import Conflict, Refusal, RuleBroken


class FundingUnderWay(Conflict):
    code = "funds.funding_under_way"
    zh = "该笔资金正在与项目方确认,请稍后查询结果"
    en = "Projects are being asked about this allocation; look at it again in a moment"


class FundingGivenUp(Conflict):
    code = "funds.funding_given_up"
    zh = "项目服务未在规定时间内确认,本次审批未生效,资金仍为待审批状态,请重新审批"
    en = "Projects had not decided in time, so nothing was decided: the proposal stands, decide on it again"


class ProjectFrozen(RuleBroken):
    code = "funds.project_frozen"
    zh = "项目已停止或退出,剩余资金已冻结,须先办理调整或收回"
    en = "The project has ended: what is left of its money is frozen until it is moved or taken back by procedure"
    pointer = "/allocation_id"


REFUSED_BY_PROJECTS: dict[str, type[Refusal]] = {
    "not_in_library": ProjectNotInLibrary,
    "not_in_plan": ProjectNotInPlan,
    "stopped": ProjectStopped,
    "other_county": OtherCounty,
    "over_plan_line": OverPlanLine,
}
"""What each reason of projects is called here."""


def of_reason(reason: str, left_fen: int | None) -> Refusal:
    """The refusal a reason of projects stands for; the request itself named no field that is wrong."""
    facts = {} if left_fen is None else {"left_fen": max(left_fen, 0)}
    return REFUSED_BY_PROJECTS[reason](pointer="", **facts)

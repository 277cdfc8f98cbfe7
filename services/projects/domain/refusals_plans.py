"""What projects refuses about annual plans, each with its stable code and its sentence."""

from __future__ import annotations

from shared.refusals import Conflict, RuleBroken


class PlanProjectUnknown(RuleBroken):
    code = "projects.plan_project_unknown"
    zh = "计划所列项目不存在或不在您的管辖范围内"
    en = "There is no such project in your scope"


class PlanProjectNotInLibrary(RuleBroken):
    code = "projects.plan_project_not_in_library"
    zh = "未入库项目不得列入年度计划"
    en = "Only projects of the library can be planned"


class PlanWrongCounty(RuleBroken):
    code = "projects.plan_wrong_county"
    zh = "项目不属于本县项目库"
    en = "The project belongs to the library of another county"


class PlanOverEstimate(RuleBroken):
    code = "projects.plan_over_estimate"
    zh = "计划金额之和超过项目资金规模"
    en = "The plan lines exceed the project's estimate"


class PlanLineTwice(RuleBroken):
    code = "projects.plan_line_twice"
    zh = "同一项目同一资金来源重复列入"
    en = "The same project and source stand in two lines"


class PlannedInAnotherYear(RuleBroken):
    code = "projects.planned_in_another_year"
    zh = "项目已列入其他年度计划"
    en = "The project is planned in another year"


class PlanDecided(Conflict):
    code = "projects.plan_decided"
    zh = "计划已审定"
    en = "The plan has been decided"


class PlanNotApproved(Conflict):
    code = "projects.plan_not_approved"
    zh = "计划尚未批准,不得公示"
    en = "Only an approved plan is published"


class PlanNoticed(Conflict):
    code = "projects.plan_noticed"
    zh = "计划已公示"
    en = "The plan has been published already"

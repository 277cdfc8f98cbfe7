"""What projects refuses about parameters, entries and the way into the library, each with its stable code."""

from __future__ import annotations

from shared.refusals import Conflict, Forbidden, RuleBroken

# Places, offices, days


class DivisionUnknown(RuleBroken):
    code = "projects.division_unknown"
    zh = "区划代码不存在或不在您的管辖范围内"
    en = "There is no such division in your scope"
    pointer = "/division_codes"


class SitesNotInOneCounty(RuleBroken):
    code = "projects.sites_not_in_one_county"
    zh = "实施地点须在同一县(市、区)内"
    en = "All sites must lie in one county"
    pointer = "/division_codes"


class SiteTwice(RuleBroken):
    code = "projects.site_twice"
    zh = "实施地点重复"
    en = "A site is named twice"
    pointer = "/division_codes"


class WrongOffice(Forbidden):
    code = "projects.wrong_office"
    zh = "此步骤不由您所在层级或部门办理"
    en = "This step belongs to an office of another level or sector"


class NotTheProposer(Forbidden):
    code = "projects.not_the_proposer"
    zh = "只有申报单位可以修改和提交申报"
    en = "Only the proposing office edits and submits its proposal"


class SamePerson(Forbidden):
    code = "projects.same_person"
    zh = "申报人与各级审批人不得为同一人,各级审批人之间也不得为同一人"
    en = "Whoever proposes or decides a step may not decide another one"


class DayInFuture(RuleBroken):
    code = "projects.day_in_future"
    zh = "日期不得晚于今天"
    en = "The day lies in the future"


class DayBeforeStepBefore(RuleBroken):
    code = "projects.day_before_step_before"
    zh = "日期不得早于上一步骤"
    en = "The day lies before the step before"


class PaperMissing(RuleBroken):
    code = "projects.paper_missing"
    zh = "事后补录须附纸质材料的校验值"
    en = "What is recorded afterwards needs the digest of its paper"
    pointer = "/paper_sha256"


# Parameters


class ParameterUnknown(RuleBroken):
    code = "projects.parameter_unknown"
    zh = "没有这个参数"
    en = "There is no such parameter"
    pointer = "/key"


class ParameterOutOfRange(RuleBroken):
    code = "projects.parameter_out_of_range"
    zh = "参数值超出允许范围"
    en = "The value is outside the range allowed for this parameter"
    pointer = "/value"


class ParameterInThePast(RuleBroken):
    code = "projects.parameter_in_the_past"
    zh = "参数只能从今天或以后生效"
    en = "A parameter takes effect today or later"
    pointer = "/valid_from"


class ParameterOverlaps(Conflict):
    code = "projects.parameter_overlaps"
    zh = "同一地区同一参数已有同日或更晚生效的值"
    en = "This area already has a value of this parameter from that day or later"
    pointer = "/valid_from"


# Entries


class CategoryUnknown(RuleBroken):
    code = "projects.category_unknown"
    zh = "项目类别不存在或在该年度不适用"
    en = "There is no such category in that year"
    pointer = "/category"


class NatureUnknown(RuleBroken):
    code = "projects.nature_unknown"
    zh = "建设性质不在代码表内"
    en = "There is no such kind of construction"
    pointer = "/nature"


class FundSourceUnknown(RuleBroken):
    code = "projects.fund_source_unknown"
    zh = "资金来源不在代码表内"
    en = "There is no such source of funds"
    pointer = "/funding"


class FundingDoesNotSum(RuleBroken):
    code = "projects.funding_does_not_sum"
    zh = "各资金来源之和不等于资金规模"
    en = "The funding lines do not add up to the estimate"
    pointer = "/funding"


class PeriodReversed(RuleBroken):
    code = "projects.period_reversed"
    zh = "完工日期早于开工日期"
    en = "The end lies before the start"
    pointer = "/planned_end_on"


class PoorPeopleTooMany(RuleBroken):
    code = "projects.poor_people_too_many"
    zh = "其中贫困人口多于受益人数"
    en = "More poor people than people"
    pointer = "/beneficiaries/poor_people"


class PeopleTooFew(RuleBroken):
    code = "projects.people_too_few"
    zh = "受益人数少于受益户数"
    en = "Fewer people than households"
    pointer = "/beneficiaries/people"


class TargetLevelUnknown(RuleBroken):
    code = "projects.target_level_unknown"
    zh = "绩效指标的一级、二级名称不在绩效目标表内"
    en = "The official target table has no such first and second level"
    pointer = "/performance_targets"


class FieldMissing(RuleBroken):
    code = "projects.field_missing"
    zh = "缺少入库必填项"
    en = "A field required for the library is missing"


class EntryIncomplete(RuleBroken):
    code = "projects.entry_incomplete"
    zh = "申报内容不完整,不得提交"
    en = "The proposal is incomplete and cannot be submitted"


class PerformanceTargetsMissing(RuleBroken):
    code = "projects.performance_targets_missing"
    zh = "未按要求设定绩效目标,不得入库"
    en = "Without performance targets a project is not admitted to the library"
    pointer = "/performance_targets"


class NotEditable(Conflict):
    code = "projects.not_editable"
    zh = "项目已提交,不能修改"
    en = "The project has been submitted and cannot be edited"


class CodeFixed(RuleBroken):
    code = "projects.code_fixed"
    zh = "县和年度已编入项目编号,不能修改"
    en = "County and year are part of the project's code and cannot be changed"


# Chain


class NotTheNextStep(Conflict):
    code = "projects.not_the_next_step"
    zh = "还没有轮到或已办完这一步骤"
    en = "This step is not the one that is due"


class NoticeRunning(Conflict):
    code = "projects.notice_running"
    zh = "公示期未满"
    en = "The notice has not run its days"


class ChecklistIncomplete(RuleBroken):
    code = "projects.checklist_incomplete"
    zh = "论证清单未逐项通过"
    en = "A point of the checklist is missing or not in order"
    pointer = "/checklist"


class ChecklistUnknown(RuleBroken):
    code = "projects.checklist_unknown"
    zh = "论证清单没有这一项"
    en = "The checklist has no such point"
    pointer = "/checklist"


class ReasonMissing(RuleBroken):
    code = "projects.reason_missing"
    zh = "退回或不予通过须说明理由"
    en = "A return or refusal needs its reasons"
    pointer = "/reasons"


class NotInLibrary(Conflict):
    code = "projects.not_in_library"
    zh = "项目不在库中"
    en = "The project is not in the library"


class StillInPlan(Conflict):
    code = "projects.still_in_plan"
    zh = "项目已列入年度计划,不得出库"
    en = "The project is in an annual plan and cannot be removed"

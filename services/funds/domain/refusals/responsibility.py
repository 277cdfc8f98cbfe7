"""What funds refuse about working days, deadlines and who answers for money that waits."""

from __future__ import annotations

from shared.refusals import Conflict, Forbidden, RuleBroken


class CalendarOfficeWrong(Forbidden):
    code = "funds.calendar_office_wrong"
    zh = "节假日由省级及以上录入"
    en = "Holidays are entered for a province or the nation"


class CalendarDayWrong(RuleBroken):
    code = "funds.calendar_day_wrong"
    zh = "日期不在该年度内或重复"
    en = "The day is not of the year, or is named twice"
    pointer = "/days"


class StepUnknown(RuleBroken):
    code = "funds.step_unknown"
    zh = "没有这个环节"
    en = "There is no such step"
    pointer = "/step"


class DeadlineWrong(RuleBroken):
    code = "funds.deadline_wrong"
    zh = "期限的计算方式或固定日期有误"
    en = "A deadline cannot be counted in this way, or its fixed day is none"
    pointer = "/fixed_day"


class DeadlineTaken(Conflict):
    code = "funds.deadline_taken"
    zh = "该环节自该日起已另有期限"
    en = "This step has a deadline from this day already"
    pointer = "/valid_from"


class NotWaiting(RuleBroken):
    code = "funds.not_waiting"
    zh = "该事项在该环节没有等待的资金"
    en = "No money of this thing waits at this step on that day"
    pointer = "/reference"


class NotConcerned(Forbidden):
    code = "funds.not_concerned"
    zh = "非相关财政部门、项目主管部门或上级,不得办理此事项"
    en = "Only the finance office, the project's office or a superior does this"


class OwnCase(Forbidden):
    code = "funds.own_case"
    zh = "不得认定本单位的责任"
    en = "No office decides its own case"


class SuperiorDecides(Forbidden):
    code = "funds.superior_decides"
    zh = "责任由上级认定"
    en = "Only an office above decides who answers"


class CauseNotFitting(RuleBroken):
    code = "funds.cause_not_fitting"
    zh = "第三方原因须从目录中选取,其他责任不填原因类别"
    en = "A third cause is one of the list; the other sides have none"
    pointer = "/cause"


class EvidenceMissing(RuleBroken):
    code = "funds.evidence_missing"
    zh = "认定第三方原因须有证明材料"
    en = "A third cause needs evidence"
    pointer = "/papers"


class UntilBeforeFrom(RuleBroken):
    code = "funds.decision_days_wrong"
    zh = "起止日期次序有误:不得早于录入之日,不得晚于认定之日"
    en = "The days are out of order: not before the case was entered, not after it is decided"
    pointer = "/effective_from"


class CaseTextPersonal(RuleBroken):
    code = "funds.responsibility_text_personal"
    zh = "责任认定文字和材料名称不得含身份证号、电话、账号等号码"
    en = "Words and names of papers of a case hold no identity, telephone or account numbers"
    pointer = "/reason"


class CaseOpen(Conflict):
    code = "funds.responsibility_open"
    zh = "该事项该环节已有未办结的责任认定"
    en = "A case on this thing at this step is open already"
    pointer = "/reference"


class HopUnknown(RuleBroken):
    code = "funds.hop_unknown"
    zh = "没有这个流程节点"
    en = "There is no such hop"
    pointer = "/hop"


class ReferenceWrong(RuleBroken):
    code = "funds.reference_wrong"
    zh = "事项编号有误"
    en = "This is no reference of a thing that money waits in"
    pointer = "/reference"

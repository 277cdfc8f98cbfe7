"""What funds refuse of grants, parameters, questions and the ledger."""

from __future__ import annotations

from shared.refusals import Conflict, RuleBroken


class ProgrammeUnknown(RuleBroken):
    code = "funds.programme_unknown"
    zh = "补助项目不存在"
    en = "There is no such programme in this area on that day"
    pointer = "/programme"


class PeriodWrong(RuleBroken):
    code = "funds.period_wrong"
    zh = "期间的写法或年份不符合该补助项目"
    en = "The period is not written as the programme's periods are, or is of another time"
    pointer = "/period"


class OtherFundYear(RuleBroken):
    code = "funds.other_fund_year"
    zh = "资金年度与所用资金不一致"
    en = "The fund year is not that of the allocation"
    pointer = "/fund_year"


class GrantLinesRefused(RuleBroken):
    code = "funds.grant_lines_refused"
    zh = "名单中有不能发放的人员,整批不受理"
    en = "Some lines cannot be paid; the batch is refused as a whole"
    pointer = "/lines"


class NoGrantLineGood(RuleBroken):
    code = "funds.no_grant_line_good"
    zh = "名单中没有可发放的人员"
    en = "No line of the batch can be paid"
    pointer = "/lines"


class GrantLineRepeated(RuleBroken):
    code = "funds.grant_line_repeated"
    zh = "名单中编号重复"
    en = "A reference stands twice in the list"
    pointer = "/lines"


class GrantAlreadyGiven(Conflict):
    code = "funds.grant_already_given"
    zh = "有人员在同一补助项目、同一期间已列入其他批次"
    en = "Somebody has a grant of this programme and period in another batch"
    pointer = "/lines"


class GrantLineUnknown(RuleBroken):
    code = "funds.grant_line_unknown"
    zh = "批次中没有此行"
    en = "The batch has no such line"
    pointer = "/lines"


class GrantLineSettled(Conflict):
    code = "funds.grant_line_settled"
    zh = "该行已有支付结果"
    en = "The line has its result already"
    pointer = "/lines"


class NotEnoughOnThatDay(RuleBroken):
    code = "funds.not_enough_on_that_day"
    zh = "该日期当时的余额不足"
    en = "On that day there was not this much money"


class ParameterUnknown(RuleBroken):
    code = "funds.parameter_unknown"
    zh = "没有此参数"
    en = "There is no such parameter"
    pointer = "/key"


class ParameterValueWrong(RuleBroken):
    code = "funds.parameter_value_wrong"
    zh = "参数值不符合其单位"
    en = "The value does not fit the parameter's unit"
    pointer = "/value"


class ParameterDayTaken(Conflict):
    code = "funds.parameter_day_taken"
    zh = "新值的生效日须晚于现行值"
    en = "A new value must start after the present one"
    pointer = "/valid_from"


class ParameterInThePast(RuleBroken):
    code = "funds.parameter_in_the_past"
    zh = "参数只能自今天或以后的日期起设置"
    en = "A parameter is set from today or later on"
    pointer = "/valid_from"


class AsOfTooEarly(RuleBroken):
    code = "funds.as_of_too_early"
    zh = "统计日期早于资金年度上一年"
    en = "The day lies before the year preceding the fund year"
    pointer = "/as_of"


class TraceNeedsOne(RuleBroken):
    code = "funds.trace_needs_one"
    zh = "请指定且只指定一个追踪起点"
    en = "Name exactly one thing to trace from"


class AccountNotCovered(RuleBroken):
    code = "funds.account_not_covered"
    zh = "账户余额不足"
    en = "The account does not hold this much"


class EventUnknown(RuleBroken):
    code = "funds.event_unknown"
    zh = "不认识的事件"
    en = "This event is not known here"
    pointer = "/type"

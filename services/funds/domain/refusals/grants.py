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


class ParameterLooser(RuleBroken):
    code = "funds.parameter_looser"
    zh = "本地规定只能严于、不能宽于上级规定的数值"
    en = "An area makes a rule from above stricter, never looser than the value that holds above it"
    pointer = "/value"


class AsOfTooEarly(RuleBroken):
    code = "funds.as_of_too_early"
    zh = "统计日期早于资金年度上一年"
    en = "The day lies before the year preceding the fund year"
    pointer = "/as_of"


class TransferNotOfProjects(RuleBroken):
    code = "funds.transfer_not_of_projects"
    zh = "这笔转账不在项目资金账内,无从追踪到项目"
    en = "This transfer is not of project money; no walk leads through it"
    pointer = "/transfer_id"


class TraceNeedsOne(RuleBroken):
    code = "funds.trace_needs_one"
    zh = "请指定且只指定一个追踪起点"
    en = "Name exactly one thing to trace from"


class AccountNotCovered(RuleBroken):
    code = "funds.account_not_covered"
    zh = "账户余额不足"
    en = "The account does not hold this much"


class UndoneAlready(Conflict):
    code = "funds.undone_already"
    zh = "该笔账目已冲销,或冲销金额超过原金额"
    en = "This transfer is undone already, or more of it would be than it moved"


class EventUnknown(RuleBroken):
    code = "funds.event_unknown"
    zh = "不认识的事件"
    en = "This event is not known here"
    pointer = "/type"


class DeathTakesItsTurn(Conflict):
    code = "funds.death_takes_its_turn"
    zh = "该人员正被列入新的名单,请稍后重发此事件"
    en = "The person is being listed at this moment: tell the event again"


class NothingToRegrant(RuleBroken):
    code = "funds.nothing_to_regrant"
    zh = "只有退回或待核对账户的行可以重新发放"
    en = "Only lines that came back or wait for their account are granted anew"
    pointer = "/lines"


class AlreadyRegranted(Conflict):
    code = "funds.already_regranted"
    zh = "该行已重新发放"
    en = "The line was granted anew already"
    pointer = "/lines"


class AllocationOfAnotherCounty(RuleBroken):
    code = "funds.allocation_of_another_county"
    zh = "重新发放只能使用本县的补助资金"
    en = "A grant is granted anew on money of its own county"
    pointer = "/allocation_id"


class EntitlementNotComputable(RuleBroken):
    code = "funds.entitlement_not_computable"
    zh = "该补助项目须逐人核定,不能由条件算出应发人员"
    en = "Who is entitled to this programme is decided one by one, not by conditions alone"
    pointer = "/programme"


class GrantSheetUnreadable(RuleBroken):
    code = "funds.grant_sheet_unreadable"
    zh = "不能读取工作簿,或没有名为“发放名单”的工作表"
    en = "The workbook cannot be read, or has no sheet 发放名单"
    pointer = "/file"


class GrantSheetHeadersWrong(RuleBroken):
    code = "funds.grant_sheet_headers_wrong"
    zh = "表头须为:序号、身份证号码、金额(元)、领款人身份证号码"
    en = "The headers must be 序号, 身份证号码, 金额(元), 领款人身份证号码"
    pointer = "/file/1"


class GrantSheetRowWrong(RuleBroken):
    code = "funds.grant_sheet_row_wrong"
    zh = "该行的身份证号码不是18位文本"
    en = "An identity number of the row is not 18 characters of text"
    pointer = "/file"


class GrantSheetAmountWrong(RuleBroken):
    code = "funds.grant_sheet_amount_wrong"
    zh = "该行的金额不是以元计、精确到分的金额"
    en = "The row's amount is not yuan exact to the fen"
    pointer = "/file"


class GrantSheetSumMissing(RuleBroken):
    code = "funds.grant_sheet_sum_missing"
    zh = "名单最后一行须为合计"
    en = "The last row of the list must be 合计"
    pointer = "/file"


class GrantSheetSumWrong(RuleBroken):
    code = "funds.grant_sheet_sum_wrong"
    zh = "合计与各行金额之和不一致"
    en = "The total is not the sum of the rows"
    pointer = "/file"


class GrantClawedBack(Conflict):
    code = "funds.grant_clawed_back"
    zh = "该笔补助系死亡后发放,已列入追回事项,请在追回事项中登记"
    en = "The grant was paid after a death and is to be clawed back: enter it there"
    pointer = "/grant_line_id"


class MandateDaysWrong(RuleBroken):
    code = "funds.mandate_days_wrong"
    zh = "委托的截止日早于起始日"
    en = "The mandate ends before it begins"
    pointer = "/valid_to"


class MandatePersonWrong(RuleBroken):
    code = "funds.mandate_person_wrong"
    zh = "委托双方须为登记在册且在世的两个人"
    en = "A mandate is between two living people of the register"
    pointer = "/payee_identity_number"

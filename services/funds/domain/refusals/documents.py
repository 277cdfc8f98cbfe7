"""What funds refuse when money is handed down: documents, receipts, workbooks, days."""

from __future__ import annotations

from shared.refusals import Conflict, Forbidden, RuleBroken


class DivisionUnknown(RuleBroken):
    code = "funds.division_unknown"
    zh = "区划代码不存在"
    en = "There is no division with this code"
    pointer = "/division_code"


class DivisionClosed(RuleBroken):
    """`closed_since` is the first day it is none any more; the registry says which followed it."""

    code = "funds.division_closed"
    zh = "该区划在所填日期已撤销,请使用其后继区划"
    en = "The division was closed by the stated day: use the one that followed it"
    pointer = "/division_code"


class FundKindUnknown(RuleBroken):
    code = "funds.fund_kind_unknown"
    zh = "资金类别不存在"
    en = "There is no fund kind with this code"
    pointer = "/fund_kind"


class FundKindNotInYear(RuleBroken):
    code = "funds.fund_kind_not_in_year"
    zh = "该资金年度没有此资金类别"
    en = "There is no such fund kind in this fund year"
    pointer = "/fund_kind"


class DirectionUnknown(RuleBroken):
    code = "funds.direction_unknown"
    zh = "该资金类别在此年度没有这一支出方向"
    en = "The fund kind has no such direction in this fund year"


class DirectionNotOfReceipt(RuleBroken):
    code = "funds.direction_not_of_receipt"
    zh = "支出方向须与所依据的接收资金一致"
    en = "The direction must be that of the receipt the document draws on"


class ProjectNamedAboveCounty(RuleBroken):
    code = "funds.project_named_above_county"
    zh = "只有下达到县的资金可以指定项目"
    en = "Only a line for a county may name a project"


class NamedProjectUnknown(RuleBroken):
    code = "funds.named_project_unknown"
    zh = "收款县没有该指定项目"
    en = "The county the line is for has no such project"


class MatchingForbidden(RuleBroken):
    code = "funds.matching_forbidden"
    zh = "公益性建设项目不得要求市县配套资金"
    en = "No local matching may be demanded of a city or county for public-benefit works"


class DocumentLineTaken(Conflict):
    code = "funds.document_line_taken"
    zh = "此文号下达给该区划的资金已经登记入账"
    en = "What this document gives the division is in the books already"
    pointer = "/number"


class LineNotNamed(RuleBroken):
    code = "funds.line_not_named"
    zh = "该文件对此区划有多笔资金,须指明是哪一笔"
    en = "The document gives the division several lines; say which"
    pointer = "/line_id"


class DayInFuture(RuleBroken):
    code = "funds.day_in_future"
    zh = "日期不得晚于今天"
    en = "The day must not be in the future"


class DayBeforeStep(RuleBroken):
    code = "funds.day_before_step"
    zh = "日期不得早于上一环节的日期"
    en = "The day must not be before that of the step before"


class FundKindAboveIssuer(RuleBroken):
    code = "funds.fund_kind_of_lower_level"
    zh = "本级以下财政安排的资金不得由上级行文下达"
    en = "Money of a lower level's budget cannot be handed down by a higher level"
    pointer = "/fund_kind"


class DocumentNumberTaken(Conflict):
    code = "funds.document_number_taken"
    zh = "该单位已有此文号的资金文件"
    en = "The division has already issued a document with this number"
    pointer = "/number"


class LinesDoNotAddUp(RuleBroken):
    code = "funds.lines_do_not_add_up"
    zh = "分配明细合计与文件总额不一致"
    en = "The lines do not add up to the document's total"
    pointer = "/total_fen"


class LineRepeated(RuleBroken):
    code = "funds.line_repeated"
    zh = "同一文件中区划重复"
    en = "A division stands twice in the document"


class LineNotBelowIssuer(RuleBroken):
    code = "funds.line_not_below_issuer"
    zh = "收款区划不在下达单位之下"
    en = "The line's division does not lie below the issuing division"


class LineBelowCounty(RuleBroken):
    code = "funds.line_below_county"
    zh = "资金只下达到县级;拨付到乡镇或部门不是支出,县级资金须分配到项目"
    en = "Money is handed down to counties only; in the county it goes to projects, not to townships or departments"


class NoBooksBelowCounty(RuleBroken):
    code = "funds.no_books_below_county"
    zh = "县以下不单独记账"
    en = "Nothing below a county keeps books of its own"
    pointer = "/division_code"


class DrawnOnOtherMoney(RuleBroken):
    code = "funds.drawn_on_other_money"
    zh = "资金文件的年度、类别、批次须与所依据的接收资金一致"
    en = "Year, kind and batch must be those of the receipt the document draws on"
    pointer = "/drawn_on_receipt_id"


class ReceiptExhausted(RuleBroken):
    code = "funds.receipt_exhausted"
    zh = "接收资金余额不足"
    en = "More than what is left of the receipt"
    pointer = "/amount_fen"


class DocumentLineUnknown(RuleBroken):
    code = "funds.document_line_unknown"
    zh = "该文件没有下达给此区划的资金"
    en = "The document gives this division nothing"
    pointer = "/division_code"


class AlreadyRegistered(Conflict):
    code = "funds.already_registered"
    zh = "该笔资金已登记"
    en = "This line of the document is registered already"


class AmountNotLine(RuleBroken):
    code = "funds.amount_not_line"
    zh = "登记金额须等于文件下达金额"
    en = "The amount must be the line's amount"
    pointer = "/amount_fen"


class ReceivingOfficeWrong(Forbidden):
    code = "funds.receiving_office_wrong"
    zh = "须由收款区划本级财政部门登记"
    en = "The finance office of the receiving division itself registers the money"


class WorkbookWrong(RuleBroken):
    code = "funds.workbook_wrong"
    zh = "不是可读取的工作簿,或缺少工作表“资金分配”"
    en = "Not a readable workbook, or it has no sheet 资金分配"
    pointer = "/file"


class WorkbookHeadersWrong(RuleBroken):
    code = "funds.workbook_headers_wrong"
    zh = "表头须为:序号、县(市、区)、区划代码、金额(万元)"
    en = "The headers must be 序号, 县(市、区), 区划代码, 金额(万元)"
    pointer = "/file"


class WorkbookRowWrong(RuleBroken):
    code = "funds.workbook_row_wrong"
    zh = "该行填写不正确"
    en = "The row is not filled in correctly"
    pointer = "/file"


class WorkbookAmountWrong(RuleBroken):
    code = "funds.workbook_amount_wrong"
    zh = "金额不能换算为整数分"
    en = "The amount is not a whole number of fen"
    pointer = "/file"


class WorkbookSumMissing(RuleBroken):
    code = "funds.workbook_sum_missing"
    zh = "最后一行须为“合计”"
    en = "The last row must be 合计"
    pointer = "/file"


class WorkbookSumWrong(RuleBroken):
    code = "funds.workbook_sum_wrong"
    zh = "“合计”与各行之和不一致"
    en = "合计 is not the sum of the rows"
    pointer = "/file"

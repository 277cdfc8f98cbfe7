"""What is refused of lists to be compared and of the doubts that came of them."""

from __future__ import annotations

from shared.refusals import Conflict, RuleBroken


class ComparisonKindUnknown(RuleBroken):
    code = "registry.comparison_kind_unknown"
    zh = "没有这一类比对名单"
    en = "There is no such kind of list"
    pointer = "/kind"


class ComparisonColumnMissing(RuleBroken):
    code = "registry.comparison_column_missing"
    zh = "名单首行须有“身份证号”一列"
    en = "The first line must name a column of identity numbers"
    pointer = "/file"


class ComparisonUnreadable(RuleBroken):
    code = "registry.comparison_unreadable"
    zh = "名单须为 UTF-8 或 GB 18030 编码的 csv"
    en = "The list must be csv in UTF-8 or GB 18030"
    pointer = "/file"


class ComparisonFactTooLong(RuleBroken):
    code = "registry.comparison_fact_too_long"
    zh = "所载事实过长"
    en = "The stated fact is too long"


class ComparisonFactUnfit(RuleBroken):
    code = "registry.comparison_fact_unfit"
    zh = "所载事实含不可用的字符"
    en = "The stated fact holds characters that are not allowed"


class ComparisonTooLong(RuleBroken):
    code = "registry.comparison_too_long"
    zh = "名单行数过多,请分批报送"
    en = "The list is too long: send it in parts"
    pointer = "/file"


class ComparisonBatchDiffers(RuleBroken):
    code = "registry.comparison_batch_differs"
    zh = "同一批次号已报送过不同内容"
    en = "Another content was sent under this batch key"
    pointer = "/batch_key"


class ComparisonDayAhead(RuleBroken):
    code = "registry.comparison_day_ahead"
    zh = "名单日期不得晚于今天"
    en = "The list cannot be of a day to come"
    pointer = "/as_of"


class DoubtStepNotDue(Conflict):
    code = "registry.doubt_step_not_due"
    zh = "疑点当前状态不能办理此步"
    en = "This step is not due on the doubt"


class DoubtOwnClosing(RuleBroken):
    code = "registry.doubt_own_closing"
    zh = "核实人不得办结自己核实的疑点"
    en = "Whoever looked into a doubt does not close it"

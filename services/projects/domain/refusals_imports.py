"""What projects refuses about workbooks, each with its stable code and its sentence."""

from __future__ import annotations

from shared.refusals import RuleBroken, TooLarge


class WorkbookUnreadable(RuleBroken):
    code = "projects.workbook_unreadable"
    zh = "不是可读取的 xlsx 工作簿"
    en = "Not a readable xlsx workbook"
    pointer = "/file"


class WorkbookTooLarge(TooLarge):
    code = "projects.workbook_too_large"
    zh = "工作簿超过允许的大小或行数"
    en = "The workbook is larger or longer than allowed"
    pointer = "/file"


class SheetMissing(RuleBroken):
    code = "projects.sheet_missing"
    zh = "工作簿中没有“项目库”工作表"
    en = "The workbook has no sheet named 项目库"
    pointer = "/file"


class HeadersWrong(RuleBroken):
    code = "projects.headers_wrong"
    zh = "表头与模板不一致"
    en = "The headers are not those of the template"
    pointer = "/file"


class NoRows(RuleBroken):
    code = "projects.no_rows"
    zh = "工作表没有数据行"
    en = "The sheet holds no rows"
    pointer = "/file"


class AmountNotWholeFen(RuleBroken):
    code = "projects.amount_not_whole_fen"
    zh = "金额(万元)不能换算为整分"
    en = "The amount does not convert to whole fen"


class CellMalformed(RuleBroken):
    code = "projects.cell_malformed"
    zh = "单元格填写不正确"
    en = "The cell is not filled in correctly"


class TargetMalformed(RuleBroken):
    code = "projects.target_malformed"
    zh = "绩效目标须为“一级指标|二级指标|三级指标|运算符|值|单位”,多项以；分隔"
    en = "Each target must read level1|level2|level3|operator|value|unit, joined by ；"

"""Refusals about workbooks of people."""

from __future__ import annotations

from shared.refusals import Conflict, Forbidden, RuleBroken


class NoOfficeArea(Forbidden):
    code = "registry.no_office_area"
    zh = "您所在的机构没有管辖范围"
    en = "Your office has no area"


class WorkbookUnreadable(RuleBroken):
    code = "registry.workbook_unreadable"
    zh = "无法读取文件,请用模板另存为 xlsx 或 csv"
    en = "The file cannot be read as the template's xlsx or csv"
    pointer = "/file"


class WorkbookSheetMissing(RuleBroken):
    code = "registry.workbook_sheet_missing"
    zh = "没有名为“人口”的工作表,请把填写人口的工作表改名为“人口”"
    en = "No sheet is named 人口: give this name to the sheet with the people"
    pointer = "/file"


class WorkbookNotCommas(RuleBroken):
    code = "registry.workbook_not_commas"
    zh = "csv 的列须用逗号分隔,请另存为“CSV UTF-8(逗号分隔)”"
    en = "The columns of a csv are separated by commas: save it as CSV UTF-8 (comma delimited)"
    pointer = "/file"


class WorkbookUnsafe(RuleBroken):
    code = "registry.workbook_unsafe"
    zh = "文件含有宏、外部链接或异常的压缩内容"
    en = "The workbook holds macros, external links or an abnormal archive"
    pointer = "/file"


class WorkbookHeaders(RuleBroken):
    code = "registry.workbook_headers"
    zh = "第 1 行的表头不完整、重复或有不认识的列,请对照模板改正"
    en = "Headers in row 1 are missing, doubled or unknown; compare them with the template"
    pointer = "/file"


class WorkbookEmpty(RuleBroken):
    code = "registry.workbook_empty"
    zh = "文件中没有人口行"
    en = "The file has no rows of people"
    pointer = "/file"


class WorkbookTooLong(RuleBroken):
    code = "registry.workbook_too_long"
    zh = "行数超过允许的上限,请拆成几个文件"
    en = "More rows than allowed; split the file"
    pointer = "/file"


class WorkbookTooWide(RuleBroken):
    code = "registry.workbook_too_wide"
    zh = "列数超过允许的上限,请删去模板以外的列"
    en = "More columns than allowed; delete those the template does not have"
    pointer = "/file"


class WorkbookMerged(RuleBroken):
    code = "registry.workbook_merged"
    zh = "合并单元格过多,请取消合并并逐行填写"
    en = "Too many merged cells: unmerge them and fill in every row"
    pointer = "/file"


class WorkbookQuoteBroken(RuleBroken):
    code = "registry.workbook_quote_broken"
    zh = "csv 的引号不成对,请改正所示的行"
    en = "A quote of the csv is not closed; correct the line named"
    pointer = "/file"


class WorkbookLineTooLong(RuleBroken):
    code = "registry.workbook_line_too_long"
    zh = "csv 有一行过长,请检查所示的行"
    en = "A line of the csv is too long; look at the line named"
    pointer = "/file"


class ImportNotDone(Conflict):
    code = "registry.import_not_done"
    zh = "导入尚未完成"
    en = "The import is not finished"


class ImportNotUndoable(Conflict):
    code = "registry.import_not_undoable"
    zh = "此导入没有可以撤销的户档案,或已经撤销"
    en = "This import has brought in nothing that could be undone, or has been undone"


class ImportBuiltUpon(Conflict):
    code = "registry.import_built_upon"
    zh = "导入的户档案已有修改、已进入认定名单或已随分区年度封存,不能整体撤销"
    en = "Files of this import were changed, are on a list or were frozen with a year: it cannot be undone as a whole"

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


class WorkbookUnsafe(RuleBroken):
    code = "registry.workbook_unsafe"
    zh = "文件含有宏、外部链接或异常的压缩内容"
    en = "The workbook holds macros, external links or an abnormal archive"
    pointer = "/file"


class WorkbookHeaders(RuleBroken):
    code = "registry.workbook_headers"
    zh = "表头与模板不一致"
    en = "The headers are not those of the template"
    pointer = "/file"


class WorkbookEmpty(RuleBroken):
    code = "registry.workbook_empty"
    zh = "文件中没有人口行"
    en = "The file has no rows of people"
    pointer = "/file"


class WorkbookTooLong(RuleBroken):
    code = "registry.workbook_too_long"
    zh = "行数超过允许的上限"
    en = "More rows than allowed"
    pointer = "/file"


class ImportNotDone(Conflict):
    code = "registry.import_not_done"
    zh = "导入尚未完成"
    en = "The import is not finished"

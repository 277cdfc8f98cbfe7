"""Refusals about exports of household files."""

from __future__ import annotations

from shared.refusals import Conflict, Forbidden, RuleBroken


class ExportClearForbidden(Forbidden):
    code = "registry.export_clear_forbidden"
    zh = "没有查看完整证件号码等信息的权限,只能导出脱敏内容"
    en = "You may only export masked values"


class ExportTooLongForXlsx(RuleBroken):
    code = "registry.export_too_long_for_xlsx"
    zh = "人数超过 xlsx 允许的上限,请改用 csv"
    en = "Too many people for xlsx; use csv"
    pointer = "/format"


class ExportEmpty(RuleBroken):
    code = "registry.export_empty"
    zh = "没有符合条件的户档案"
    en = "No file matches"


class ExportOwnApproval(Conflict):
    code = "registry.export_own_approval"
    zh = "不能审批自己申请的导出"
    en = "Nobody approves an export they asked for"


class ExportNotWaiting(Conflict):
    code = "registry.export_not_waiting"
    zh = "此导出不在待审批状态"
    en = "This export does not wait for approval"


class ExportNotReady(Conflict):
    code = "registry.export_not_ready"
    zh = "导出尚未获得审批"
    en = "This export is not approved yet"


class ExportFetched(Conflict):
    code = "registry.export_fetched"
    zh = "导出文件只能领取一次,已经领取"
    en = "An export is fetched once, and this one has been"


class ExportExpired(Conflict):
    code = "registry.export_expired"
    zh = "领取时限已过,请重新申请"
    en = "The time to fetch this export is over; ask for a new one"

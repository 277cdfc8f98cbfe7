"""Refusals about closed years of the register, corrections to them, and reading the past."""

from __future__ import annotations

from shared.refusals import Conflict, Forbidden, RuleBroken, TryAgain


class YearClosed(Conflict):
    code = "registry.year_closed"
    zh = "此日期属于已封存的年度,请通过更正申请报上级同意"
    en = "The day falls in a closed year: ask the superior office's consent with a correction"
    pointer = "/true_from"


class TodayInClosedYear(YearClosed):
    code = "registry.today_in_closed_year"
    zh = "本县的年度已封存至当日,请在封存日之后办理"
    en = "The county's year is closed through today: do this after that day"
    pointer = ""


class ImportInClosedYear(YearClosed):
    code = "registry.import_in_closed_year"
    zh = "导入的户档案属于已封存的年度,不能整体撤销;请逐户通过更正申请报上级同意"
    en = "This import's files belong to a closed year and cannot be undone as a whole: ask for corrections, one by one"
    pointer = ""


class YearBeingClosed(TryAgain):
    code = "registry.year_being_closed"
    zh = "本县正在封存年度,请稍后重试"
    en = "The county's year is being closed at this moment, try again"
    retry_after_s = 5


class YearClosedAlready(Conflict):
    code = "registry.year_closed_already"
    zh = "此年度已经封存"
    en = "The year is closed already"


class YearTooEarly(Conflict):
    code = "registry.year_too_early"
    zh = "未到可以封存年度的日期"
    en = "It is too early in the year to close it"


class YearBeforeOpen(Conflict):
    code = "registry.year_before_open"
    zh = "上一年度尚未封存"
    en = "The year before is not closed yet"


class YearWithoutFiles(Conflict):
    code = "registry.year_without_files"
    zh = "本县在此年度没有户档案"
    en = "The county had no household file in that year"


class YearNotClosed(Conflict):
    code = "registry.year_not_closed"
    zh = "此日期不在已封存的年度内,可直接修改档案"
    en = "The day falls in no closed year: change the file itself"
    pointer = "/change/true_from"


class CorrectionYear(RuleBroken):
    code = "registry.correction_year"
    zh = "更正年度应为事实起始日所在的第一个已封存年度"
    en = "The year of a correction is the first closed year its day falls in"
    pointer = "/year"


class CountyNeeded(RuleBroken):
    code = "registry.county_needed"
    zh = "须填写 6 位县级区划代码"
    en = "A county's code of 6 digits is needed"
    pointer = "/division_code"


class CorrectionOpen(Conflict):
    code = "registry.correction_open"
    zh = "此户已有待同意的更正申请"
    en = "A correction of this household waits for consent already"


class CorrectionDecided(Conflict):
    code = "registry.correction_decided"
    zh = "此更正申请已经办结"
    en = "The correction is decided already"


class CorrectionChangesNothing(RuleBroken):
    code = "registry.correction_changes_nothing"
    zh = "更正内容与档案一致"
    en = "The correction changes nothing on the file"
    pointer = "/change"


class FileMovedOn(Conflict):
    code = "registry.file_moved_on"
    zh = "申请之后档案已有变动,请退回后重新申请"
    en = "The file was changed since this was asked: refuse it, and let it be asked anew"


class CorrectionSamePerson(Forbidden):
    code = "registry.correction_same_person"
    zh = "更正申请不能由申请人本人同意"
    en = "Who asked for a correction cannot consent to it"


class TrueFromTooEarly(RuleBroken):
    code = "registry.true_from_too_early"
    zh = "事实起始日不能早于建档日和首次识别时间"
    en = "A fact is not true from before the file was opened or the household identified"
    pointer = "/true_from"


class PastViewsMixed(RuleBroken):
    code = "registry.past_views_mixed"
    zh = "按年度查看时不能再指定 as_of 或 true_on"
    en = "A year stands alone: as_of and true_on cannot be given with it"
    pointer = "/year"

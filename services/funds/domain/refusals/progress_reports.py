"""What funds refuse of spending reports, yearly targets and campaigns."""

from __future__ import annotations

from shared.refusals import Conflict, Forbidden, RuleBroken


class ReportKindUnknown(RuleBroken):
    code = "funds.report_kind_unknown"
    zh = "没有此种报表"
    en = "There is no such kind of report"
    pointer = "/kind"


class ReportPeriodWrong(RuleBroken):
    code = "funds.report_period_wrong"
    zh = "报告期与报表种类不符"
    en = "The period does not fit the kind of report"
    pointer = "/period"


class ReportPeriodNotEnded(RuleBroken):
    code = "funds.report_period_not_ended"
    zh = "报告期尚未结束,不得编报"
    en = "The period has not ended; nothing is reported before its last day"
    pointer = "/period"


class ReportDayOutside(RuleBroken):
    code = "funds.report_day_outside"
    zh = "截至日须在报告期内"
    en = "The day the figures stand at must lie in the period"
    pointer = "/as_of"


class ReportOfficeWrong(Forbidden):
    code = "funds.report_office_wrong"
    zh = "报表由本级单位编报、报送"
    en = "A place's report is drafted and sent by an office of its own level"


class ReportTwice(Conflict):
    code = "funds.report_twice"
    zh = "该期报表已编报或报送,不得重复;报送后的更正须经上级同意"
    en = "This period's report was drafted or sent already; a sent one is corrected with the superior's consent"
    pointer = "/period"


class ReportNotSent(Conflict):
    code = "funds.report_not_sent"
    zh = "报表尚未报送"
    en = "The report has not been sent yet"


class ReportNotLatest(Conflict):
    code = "funds.report_not_latest"
    zh = "已有更正版,须以最新一版为准"
    en = "A later edition exists; only the newest is corrected"


class CorrectionNotConsented(Conflict):
    code = "funds.correction_not_consented"
    zh = "报送后的更正须先经上级同意"
    en = "A sent report is corrected only after the superior has consented"


class CorrectionAsked(Conflict):
    code = "funds.correction_asked"
    zh = "该报表已申请更正"
    en = "A correction of this report was asked for already"


class ReportSuperiorOnly(Forbidden):
    code = "funds.report_superior_only"
    zh = "须由上一级单位办理"
    en = "Only an office of a level above receives reports and consents to their correction"


class EarlierEditionMissing(Conflict):
    code = "funds.earlier_edition_missing"
    zh = "首版报表没有更正前后的差异"
    en = "A first edition has no earlier one to be compared with"


class BelowCountyReports(RuleBroken):
    code = "funds.below_county_reports"
    zh = "报表由县级以上编报"
    en = "Counties and levels above report; places below a county do not"
    pointer = "/division_code"


class TargetEmpty(RuleBroken):
    code = "funds.target_empty"
    zh = "年度目标至少须有一项"
    en = "A yearly target states at least one figure"


class TargetReductionOfKind(RuleBroken):
    code = "funds.target_reduction_of_kind"
    zh = "减贫目标不分资金种类"
    en = "Reduction is planned for a place, not for one kind of money"
    pointer = "/fund_kind"


class TargetProposed(Conflict):
    code = "funds.target_proposed"
    zh = "该目标已有待审定的一版"
    en = "A version of this target is waiting for a decision already"


class CampaignDaysWrong(RuleBroken):
    code = "funds.campaign_days_wrong"
    zh = "专项行动的结束日不得早于开始日"
    en = "A campaign does not end before it starts"
    pointer = "/ends_on"


class CampaignYearWrong(RuleBroken):
    code = "funds.campaign_year_wrong"
    zh = "专项行动不得早于资金年度的前一年"
    en = "A campaign for a fund year does not start before the year ahead of it"
    pointer = "/starts_on"


class CampaignRateWrong(RuleBroken):
    code = "funds.campaign_rate_wrong"
    zh = "目标进度须大于0且不超过1"
    en = "A target rate is above 0 and at most 1"
    pointer = "/target_rate"


class CampaignGoalWrong(RuleBroken):
    code = "funds.campaign_goal_wrong"
    zh = "专项行动的目标须为进度或金额之一"
    en = "A campaign's goal is either a rate or an amount"
    pointer = "/target_rate"


class CampaignNameTaken(Conflict):
    code = "funds.campaign_name_taken"
    zh = "该地该年度已有同名专项行动"
    en = "The place has a campaign of this name in this fund year already"
    pointer = "/name"

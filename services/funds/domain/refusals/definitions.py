"""What funds refuse of spending definitions and their thresholds."""

from __future__ import annotations

from shared.refusals import Conflict, Forbidden, RuleBroken


class DefinitionOverlaps(Conflict):
    code = "funds.definition_overlaps"
    zh = "与同一地区、同一资金种类、级次、批次和优先级的另一口径在时间上重叠;请先终止原口径或另定优先级"
    en = "Another definition of this place, kind, level, batch and priority holds at the same time: end it first"
    pointer = "/valid_from"


class DefinitionYearsWrong(RuleBroken):
    code = "funds.definition_years_wrong"
    zh = "终止年度不得早于起始年度"
    en = "The last fund year must not lie before the first"
    pointer = "/year_to"


class DefinitionLevelWrong(RuleBroken):
    code = "funds.definition_level_wrong"
    zh = "资金种类不属于所填级次"
    en = "The fund kind does not come from this level of finance"
    pointer = "/source_level"


class DefinitionCountsNothing(RuleBroken):
    code = "funds.definition_counts_nothing"
    zh = "口径限于第二批资金,分母却只计提前下达资金"
    en = "The definition is for the regular batch and counts the advance batch alone"
    pointer = "/denominator"


class RegularEntryWrong(RuleBroken):
    code = "funds.regular_entry_wrong"
    zh = "第二批资金计入时间只能写一种,且口径须含两批资金"
    en = "Say in one way when the regular batch enters, and only in a definition of both batches"
    pointer = "/regular_from"


class NotADayOfTheYear(RuleBroken):
    code = "funds.not_a_day_of_the_year"
    zh = "截止日、到期日须写作每年都有的月日(MM-DD)"
    en = "A cut-off or due day is a day every year has, MM-DD"
    pointer = "/cut_off"


class DayOutsideFundYear(RuleBroken):
    code = "funds.day_outside_fund_year"
    zh = "截止日、到期日不得早于或晚于资金年度;跨年度的口径只写月日"
    en = "A cut-off or due day lies in the fund year, neither before nor after it; of several years say month and day"
    pointer = "/cut_off"


class DefinitionMilder(RuleBroken):
    code = "funds.definition_milder"
    zh = "支出目标或截止日宽于上级口径;本地只可从严"
    en = "The target or the cut-off is milder than what holds above: a place may only be stricter"
    pointer = "/thresholds"


class ThresholdUnsourced(RuleBroken):
    code = "funds.threshold_unsourced"
    zh = "每项目标须注明出处"
    en = "Every threshold states its source"
    pointer = "/thresholds"


class ThresholdValueWrong(RuleBroken):
    code = "funds.threshold_value_wrong"
    zh = "目标须大于0且不超过1(结余率上限须小于1)"
    en = "A threshold lies above 0 and is at most 1; a ceiling of the balance lies below 1"
    pointer = "/thresholds"


class ThresholdValueMissing(RuleBroken):
    code = "funds.threshold_value_missing"
    zh = "除年度支出进度目标(可取参数)外,目标值必填;季度目标须写到期日"
    en = (
        "A threshold states its value, but for the year-end rate, which may be the parameter's; a quarter's its due day"
    )
    pointer = "/thresholds"


class ThresholdRepeated(RuleBroken):
    code = "funds.threshold_repeated"
    zh = "同一种目标、同一到期日和优先级在时间上重叠"
    en = "Two thresholds of one kind, due day and priority hold at the same time"
    pointer = "/thresholds"


class ThresholdDaysWrong(RuleBroken):
    code = "funds.threshold_days_wrong"
    zh = "目标的失效日不得早于生效日"
    en = "A threshold must not end before it starts"
    pointer = "/thresholds"


class DefinitionEndsBeforeStart(RuleBroken):
    code = "funds.definition_ends_before_start"
    zh = "终止日不得早于生效日"
    en = "A definition must not end before it starts"
    pointer = "/ends_on"


class DefinitionNotInForce(Conflict):
    code = "funds.definition_not_in_force"
    zh = "口径未经审定或已经终止"
    en = "The definition was not approved, or ends already"


class EndOnlyEarlier(RuleBroken):
    code = "funds.end_only_earlier"
    zh = "已定终止日只能提前,不能推后"
    en = "An end that was set is only moved to an earlier day"
    pointer = "/ends_on"


class MakerWithdraws(Forbidden):
    code = "funds.maker_withdraws"
    zh = "待审定的口径只能由提出人撤回"
    en = "Only who stated a definition withdraws it while it is undecided"


class BackdatedBySuperior(Forbidden):
    code = "funds.backdated_by_superior"
    zh = "涉及过去日期或以往资金年度的口径,其生效和终止须由上级审定"
    en = "Only an office above decides what changes how days or fund years gone by are judged"

"""What funds refuse of forecasts and picture data."""

from __future__ import annotations

from shared.refusals import RuleBroken


class CutOffOutside(RuleBroken):
    code = "funds.forecast_cut_off_outside"
    zh = "预测截止日须在资金年度或其后一年之内"
    en = "The cut-off of a forecast lies in the fund year or the one after it"
    pointer = "/cut_off"


class AsOfAfterCutOff(RuleBroken):
    code = "funds.as_of_after_cut_off"
    zh = "统计日期晚于截止日,无可预测,请查询支出进度"
    en = "The day lies after the cut-off: nothing is left to forecast, ask for the progress"
    pointer = "/as_of"


class StepTooFine(RuleBroken):
    code = "funds.picture_step_too_fine"
    zh = "账目按日记载,步长不能小于一日"
    en = "The books are kept by day; a step cannot be finer than a day"
    pointer = "/step"


class StepUnknown(RuleBroken):
    code = "funds.picture_step_unknown"
    zh = "步长只能是 day、week 或 month"
    en = "The step is day, week or month"
    pointer = "/step"


class MeasureUnknown(RuleBroken):
    code = "funds.picture_measure_unknown"
    zh = "没有此指标"
    en = "There is no such measure"
    pointer = "/measure"


class ProjectGroupingUnknown(RuleBroken):
    code = "funds.picture_grouping_unknown"
    zh = "项目只能按类别(category)或用途(purpose)分组"
    en = "Projects are grouped by category or by purpose"
    pointer = "/project_by"

"""Refusals about divisions, parameters and exit plans."""

from __future__ import annotations

from shared.refusals import Conflict, RuleBroken


class DivisionCodeMalformed(RuleBroken):
    code = "registry.division_code_malformed"
    zh = "区划代码须为 2、4、6、9、12 位数字,自然村为 15 位"
    en = "A division code has 2, 4, 6, 9 or 12 digits, a natural village's 15"
    pointer = "/code"


class DivisionParentWrong(RuleBroken):
    code = "registry.division_parent_wrong"
    zh = "上级区划代码不是本区划代码的前缀,或上级区划不存在"
    en = "The parent's code is not a prefix of this code, or the parent does not exist"
    pointer = "/parent_code"


class DivisionUnknown(RuleBroken):
    code = "registry.division_unknown"
    zh = "区划代码不存在"
    en = "There is no division with this code"
    pointer = "/division_code"


class VillageCodeNeeded(RuleBroken):
    code = "registry.village_code_needed"
    zh = "须填写 12 位行政村代码"
    en = "A village's code of 12 digits is needed"
    pointer = "/village_code"


class DayInFuture(RuleBroken):
    code = "registry.day_in_future"
    zh = "日期不能晚于今天"
    en = "The day lies in the future"


class ParameterUnknown(RuleBroken):
    code = "registry.parameter_unknown"
    zh = "没有这个参数"
    en = "There is no such parameter"
    pointer = "/key"


class ParameterValue(RuleBroken):
    code = "registry.parameter_value"
    zh = "参数值与其单位不符"
    en = "The value does not fit the parameter's unit"
    pointer = "/value"


class ParameterRetroactive(RuleBroken):
    code = "registry.parameter_retroactive"
    zh = "参数只能自今天或以后的日期起设置,且须晚于现行参数的起始日"
    en = "A parameter is set from today or later on, and later than the one in force"
    pointer = "/valid_from"


class ParameterMissing(Conflict):
    code = "registry.parameter_missing"
    zh = "本地区当日没有生效的参数,请先设置"
    en = "No parameter is in force here on that day: set it first"


class PlanYearTwice(RuleBroken):
    code = "registry.plan_year_twice"
    zh = "同一年度出现两次"
    en = "The same year is planned twice"


class PlanAboveRegister(RuleBroken):
    code = "registry.plan_above_register"
    zh = "计划人数之和超过本地区在册人数"
    en = "More people are planned than the area has on its register"
    pointer = "/years"


class PlanChanged(Conflict):
    code = "registry.plan_changed"
    zh = "计划已被他人修改,请重新读取"
    en = "Somebody changed the plan, read it again"

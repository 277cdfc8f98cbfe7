"""What changing a number of the gateway's policy is refused for."""

from __future__ import annotations

from shared.refusals import RuleBroken


class ParameterUnknown(RuleBroken):
    code = "gateway.parameter_unknown"
    zh = "没有这个参数"
    en = "There is no such parameter"
    pointer = "/key"


class ParameterOutOfBounds(RuleBroken):
    code = "gateway.parameter_out_of_bounds"
    zh = "参数超出安全允许的范围"
    en = "The value lies outside what is safe"
    pointer = "/value"


class ParameterDayPast(RuleBroken):
    code = "gateway.parameter_day_past"
    zh = "生效日不得早于今天,也不得早于或等于现行参数的生效日"
    en = "The first day may not lie in the past, nor before or on that of the present value"
    pointer = "/valid_from"

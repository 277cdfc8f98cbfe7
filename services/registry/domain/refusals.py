"""Everything the registry refuses, each with its stable code and its sentence."""

from __future__ import annotations

from shared.refusals import RuleBroken


class DivisionCodeMalformed(RuleBroken):
    code = "registry.division_code_malformed"
    zh = "区划代码须为 2、4、6、9 或 12 位数字"
    en = "A division code has 2, 4, 6, 9 or 12 digits"
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

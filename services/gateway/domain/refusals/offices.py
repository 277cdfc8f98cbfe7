"""What administering offices is refused for."""

from __future__ import annotations

from shared.refusals import Conflict, RuleBroken


class OfficeCodeMalformed(RuleBroken):
    code = "gateway.office_code_malformed"
    zh = "机构代码须以所在区划代码加连字符开头"
    en = "An office's code begins with its division's code and a hyphen"
    pointer = "/code"


class OfficeExists(Conflict):
    code = "gateway.office_exists"
    zh = "机构代码已被使用"
    en = "An office with this code exists"
    pointer = "/code"


class OfficeUnknown(RuleBroken):
    code = "gateway.office_unknown"
    zh = "机构不存在或不在您的管辖范围内"
    en = "There is no such office in your scope"
    pointer = "/office"


class DivisionUnknown(RuleBroken):
    code = "gateway.division_unknown"
    zh = "区划代码不存在"
    en = "There is no division with this code"
    pointer = "/division_code"


class SectorUnknown(RuleBroken):
    code = "gateway.sector_unknown"
    zh = "没有这个部门类别"
    en = "There is no such sector"
    pointer = "/sector"

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


class OfficeClosed(Conflict):
    code = "gateway.office_closed"
    zh = "机构已撤销或已由他机构承继"
    en = "The office is closed, or another has taken over from it"
    pointer = "/office"


class OfficeDaysWrong(RuleBroken):
    code = "gateway.office_days_wrong"
    zh = "机构的起止日期不成立:末日不得早于首日,且不得晚于今日"
    en = "An office's last day is not before its first and not after today"
    pointer = "/last_day"


class OfficeInUse(Conflict):
    code = "gateway.office_in_use"
    zh = "机构尚有在用账号,须先停用、调离或办理承继"
    en = "The office has open accounts: shut or move them, or name the office that takes over"


class SuccessionMalformed(RuleBroken):
    code = "gateway.succession_malformed"
    zh = "合并为多变一(或并入一个),拆分为一变多,更替为一变一,且前后机构不得相同"
    en = "A merger has one successor, a split one predecessor, a replacement one of each, and no office is both"
    pointer = "/kind"


class SuccessionDayWrong(RuleBroken):
    code = "gateway.succession_day_wrong"
    zh = "承继日不得晚于今日,且前身机构此前已设立、承继机构此日已设立"
    en = "The day is not after today; the predecessors stood before it and the successors stand on it"
    pointer = "/effective_on"


class SuccessionPlaceMissing(RuleBroken):
    code = "gateway.succession_place_missing"
    zh = "前身机构的每个在用账号都须指明去向"
    en = "Every open account of the predecessors needs its place at a successor"
    pointer = "/accounts"


class SuccessionPlaceWrong(RuleBroken):
    code = "gateway.succession_place_wrong"
    zh = "所列账号不是前身机构的在用账号,或去向不是承继机构,或重复"
    en = "An account named is no open one of a predecessor, goes to no successor, or is named twice"
    pointer = "/accounts"

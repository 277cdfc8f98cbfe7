"""Refusals about lists of households and people."""

from __future__ import annotations

from shared.refusals import Forbidden, RuleBroken


class SortNeedsCounty(RuleBroken):
    code = "registry.sort_needs_county"
    zh = "按姓名排序须先限定到一个县(区)或更小范围"
    en = "Lists by name are those of one county at most: name it, or an area within it"
    pointer = "/sort"


class ListTooWide(RuleBroken):
    code = "registry.list_too_wide"
    zh = "在这样大的范围内按此条件查找耗时过长,请先限定到一个县(区),或再加一个条件"
    en = "To look for this in so large an area takes too long: name a county, or ask for more that must hold"
    pointer = "/within"


class ProtectedFilter(Forbidden):
    code = "registry.protected_filter"
    zh = "按健康或残疾状况筛选须有查看明文的权限"
    en = "Whom a list by health or disability names is known by it: this needs the right to see protected values"


class VillageOutsideArea(RuleBroken):
    code = "registry.village_outside_area"
    zh = "所选村不在所选区划内"
    en = "The village does not lie in the area asked for"
    pointer = "/village"


class GroupTooSmall(Forbidden):
    code = "registry.group_too_small"
    zh = "人数过少,按健康或残疾状况统计会暴露个人,须有查看明文的权限"
    en = "So few are known by their count: by health or disability it needs the right to see protected values"


class FilterNotOfThePast(RuleBroken):
    code = "registry.filter_not_of_the_past"
    zh = "查询历史时点的名单时不支持该筛选条件"
    en = "A list as known on a past day cannot be narrowed by this"


class GroupUnknown(RuleBroken):
    code = "registry.group_unknown"
    zh = "不能按该项统计"
    en = "People are not counted by this"
    pointer = "/group_by"

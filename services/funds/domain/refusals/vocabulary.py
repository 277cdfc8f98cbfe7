"""What funds refuse of changes of the lists."""

from __future__ import annotations

from shared.refusals import Conflict, RuleBroken


class EntryOverlaps(Conflict):
    code = "funds.entry_overlaps"
    zh = "同一地区、同一项目在这段时间已有记录,请先终止原记录"
    en = "The list has an entry of this area for a part of that time: end that one first"
    pointer = "/change"


class EntrySpanWrong(RuleBroken):
    code = "funds.entry_span_wrong"
    zh = "终止时间早于起始时间"
    en = "It would end before it begins"
    pointer = "/change"


class EntryInThePast(RuleBroken):
    code = "funds.entry_in_the_past"
    zh = "目录只能自今天(本年度)或以后起变更,过去的记录不改"
    en = "Lists change from today, or from this fund year, or later on; what is past stays as it was"
    pointer = "/change"


class TermWider(RuleBroken):
    code = "funds.term_wider"
    zh = "下级口径只能更严:不得少列上级不计提管理费的方向,不得超出上级规定的使用方向"
    en = "A place's own term is only stricter: all directions left out of the fee above, no direction not named above"
    pointer = "/change/directions"


class EntryNotOpen(Conflict):
    code = "funds.entry_not_open"
    zh = "没有这条记录,或该记录已有终止时间"
    en = "There is no such entry, or it has its end already"
    pointer = "/change"

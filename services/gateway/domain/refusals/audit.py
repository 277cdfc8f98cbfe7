"""Refusals of searching the trails."""

from __future__ import annotations

from shared.refusals import RuleBroken


class SpanTooLong(RuleBroken):
    code = "gateway.audit_span"
    zh = "检索起止日期颠倒或跨度超过限定天数"
    en = "The days of the search are not in order, or more than are searched at once"
    pointer = "/from_on"

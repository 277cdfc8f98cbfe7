"""Refusals about reading protected values."""

from __future__ import annotations

from shared.refusals import RuleBroken


class AccessReasonNeeded(RuleBroken):
    code = "registry.access_reason_needed"
    zh = "查看明文须说明原因:在 purpose 或请求头 X-Access-Reason 中写明"
    en = "Protected values are shown for a reason: state it as purpose or in the header X-Access-Reason"
    pointer = "/purpose"


class AccessReasonEmpty(RuleBroken):
    code = "registry.access_reason_empty"
    zh = "原因过于简单:须用不少于四个字写明具体用途"
    en = "The reason says nothing: name the purpose in at least four characters that are words"
    pointer = "/purpose"

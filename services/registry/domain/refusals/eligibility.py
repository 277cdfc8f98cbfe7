"""Refusals about what funds ask of people to be paid."""

from __future__ import annotations

from shared.refusals import RuleBroken


class FactUnknown(RuleBroken):
    code = "registry.fact_unknown"
    zh = "登记系统没有这一项可供资金核对的信息"
    en = "The register has no such fact to be told to funds"
    pointer = "/facts"

"""Refusals about data quality: runs and exemptions."""

from __future__ import annotations

from shared.refusals import Conflict, RuleBroken


class QualityRunUnderway(Conflict):
    code = "registry.quality_run_underway"
    zh = "该地区或其上级地区的数据质量检查正在进行"
    en = "A data-quality run of this area or of one above it is waiting or running"
    pointer = "/division_code"


class QualityRuleUnknown(RuleBroken):
    code = "registry.quality_rule_unknown"
    zh = "没有此编号的数据质量规则,或该规则不检查"
    en = "No data-quality rule of this number is checked"
    pointer = "/rule"


class QualityExemptionSubject(RuleBroken):
    code = "registry.quality_exemption_subject"
    zh = "豁免的对象不是本户成员,或该规则按户检查"
    en = "The exempted person is not of the household, or the rule is about households"
    pointer = "/member_id"


class QualityExemptionUntil(RuleBroken):
    code = "registry.quality_exemption_until"
    zh = "豁免的截止日期须在今天或以后,且不超过规定的最长期限"
    en = "An exemption ends today or later, and within the longest time allowed"
    pointer = "/until"


class QualityExemptionPending(Conflict):
    code = "registry.quality_exemption_pending"
    zh = "同一豁免申请尚待决定"
    en = "A request for the same exemption waits for its decision"


class QualityExemptionDecided(Conflict):
    code = "registry.quality_exemption_decided"
    zh = "该豁免申请已有决定"
    en = "This request has been decided"

"""What funds refuse around a claim: numbered papers, stages, opinions, approvals; and in a closed period."""

from __future__ import annotations

from shared.refusals import Conflict, Forbidden, RuleBroken


class PaperNumberMissing(RuleBroken):
    code = "funds.paper_number_missing"
    zh = "该材料须同时填写号码和开具单位"
    en = "A paper of this kind needs its number and who issued it"
    pointer = "/papers"


class PaperNumberUsed(RuleBroken):
    code = "funds.paper_number_used"
    zh = "该号码的票据已报过账,不得重复使用"
    en = "A paper with this number of this issuer was used for another claim"
    pointer = "/papers"


class OverStage(RuleBroken):
    code = "funds.over_stage"
    zh = "累计报账超过本付款阶段的上限"
    en = "The claims together exceed what this stage of the contract allows"
    pointer = "/amount_fen"


class AllocationOfAnotherProject(RuleBroken):
    code = "funds.allocation_of_another_project"
    zh = "重新报账只能使用同一项目的分配资金"
    en = "A claim is made again on money of its own project"
    pointer = "/allocation_id"


class ProgressMissing(RuleBroken):
    code = "funds.progress_missing"
    zh = "进度款须填写完工百分比"
    en = "A progress claim says how much of the works is done"
    pointer = "/progress_percent"


class ProgressNotStated(RuleBroken):
    code = "funds.progress_not_stated"
    zh = "只有进度款填写完工百分比"
    en = "Only a progress claim says how much of the works is done"
    pointer = "/progress_percent"


class OtherSourcesTooLarge(RuleBroken):
    code = "funds.other_sources_too_large"
    zh = "其他资金承担部分超过合同金额"
    en = "Other sources pay more than the contract"
    pointer = "/other_sources_fen"


class StageRateTooHigh(RuleBroken):
    code = "funds.stage_rate_too_high"
    zh = "付款比例超过规定上限"
    en = "A stage's share is above the ceiling"


class TermsProposed(Conflict):
    code = "funds.terms_proposed"
    zh = "该项目已有待审核的合同付款条件"
    en = "Terms of this project's contract are waiting for a decision already"
    pointer = "/project_code"


class OpinionNotYours(Forbidden):
    code = "funds.opinion_not_yours"
    zh = "报账意见由乡镇或县级主管部门出具"
    en = "Opinions on claims are given by townships and departments of the county"


class OpinionGiven(Conflict):
    code = "funds.opinion_given"
    zh = "该级意见已经出具"
    en = "This opinion was given already"


class OpinionOpposes(RuleBroken):
    code = "funds.opinion_opposes"
    zh = "乡镇或主管部门不同意,不得审核通过"
    en = "A township or department opposes the claim; it cannot be approved"
    pointer = "/outcome"


class ApprovalNotYours(Forbidden):
    code = "funds.approval_not_yours"
    zh = "大额报账由县级负责人或上级审批"
    en = "Large claims are approved by the county or its superior"


class ApprovalGiven(Conflict):
    code = "funds.approval_given"
    zh = "该级审批已经完成,或本人已审批过"
    en = "This approval was given already, or by the same person"


class ApprovalMissing(Conflict):
    code = "funds.approval_missing"
    zh = "同一收款人累计金额较大,须先经上述各级审批"
    en = "The payee's claims together are large: the approvals named are needed first"


class PeriodClosed(RuleBroken):
    code = "funds.period_closed"
    zh = "该日所在期间已结账"
    en = "The books of this day's period are closed"


class PeriodNotOver(RuleBroken):
    code = "funds.period_not_over"
    zh = "期间尚未结束,不得结账"
    en = "The period is not over"
    pointer = "/period"


class PeriodOfNoBooks(RuleBroken):
    code = "funds.period_of_no_books"
    zh = "乡镇、村没有单独的账,期间由县及以上结账"
    en = "Townships and villages keep no books of their own: their county closes the period"
    pointer = "/division_code"


class PeriodClosedAlready(Conflict):
    code = "funds.period_closed_already"
    zh = "该期间已经结账"
    en = "The period is closed already"
    pointer = "/period"


class SuperiorConsents(Forbidden):
    code = "funds.superior_consents"
    zh = "重新开账须经上级同意"
    en = "Only an office above consents to a reopening"

"""What funds refuse when money goes out: allocations, claims, payments, retention."""

from __future__ import annotations

from shared.refusals import Conflict, Forbidden, RuleBroken


class ProjectNotInLibrary(RuleBroken):
    code = "funds.project_not_in_library"
    zh = "项目不在项目库,不得安排资金"
    en = "The project is not in the library; nothing outside the library receives money"
    pointer = "/project_code"


class ProjectNotInPlan(RuleBroken):
    code = "funds.project_not_in_plan"
    zh = "项目未列入该资金年度的年度计划"
    en = "The project is not in the annual plan of the fund year"
    pointer = "/project_code"


class ProjectStopped(RuleBroken):
    code = "funds.project_stopped"
    zh = "项目已停止或退出,不得安排资金"
    en = "The project was stopped or removed"
    pointer = "/project_code"


class OtherCounty(RuleBroken):
    code = "funds.other_county"
    zh = "项目不属于收款县"
    en = "The project belongs to another county than the receipt"
    pointer = "/project_code"


class OverPlanLine(RuleBroken):
    code = "funds.over_plan_line"
    zh = "超过项目年度计划金额"
    en = "More than what is left of the project's plan line"
    pointer = "/amount_fen"


class SamePerson(Forbidden):
    code = "funds.same_person"
    zh = "经办、审核、支付须为不同的人"
    en = "Maker, checker and releaser must be different persons"


class AlreadyDecided(Conflict):
    code = "funds.already_decided"
    zh = "已经办结,不得重复办理"
    en = "This was decided already"


class StepNotDue(Conflict):
    code = "funds.step_not_due"
    zh = "当前环节不能办理此事项"
    en = "The present state does not allow this step"


class ClaimsNotForGrants(RuleBroken):
    code = "funds.claims_not_for_grants"
    zh = "补助到人到户项目按发放批次支付,不办理报账"
    en = "A project that pays grants takes grant batches, not claims"
    pointer = "/allocation_id"


class GrantsNotForWorks(RuleBroken):
    code = "funds.grants_not_for_works"
    zh = "该笔资金不属于补助到人到户项目"
    en = "The allocation's project does not pay grants"
    pointer = "/allocation_id"


class NotContracted(RuleBroken):
    code = "funds.not_contracted"
    zh = "项目尚未签订合同,不得报账"
    en = "The project has no contract yet"
    pointer = "/allocation_id"


class NotAccepted(RuleBroken):
    code = "funds.not_accepted"
    zh = "项目尚未验收,不得办理最终报账"
    en = "The project is not accepted yet"
    pointer = "/kind"


class RetentionByRelease(RuleBroken):
    code = "funds.retention_by_release"
    zh = "质保金通过退还程序办理"
    en = "Retention is claimed by its release"
    pointer = "/kind"


class OverContract(RuleBroken):
    code = "funds.over_contract"
    zh = "累计报账超过合同金额"
    en = "The claims together exceed the contract"
    pointer = "/amount_fen"


class OverFinalAccount(RuleBroken):
    code = "funds.over_final_account"
    zh = "累计报账超过验收确认的决算金额"
    en = "The claims together exceed the final account of the accepted works"
    pointer = "/amount_fen"


class AllocationExhausted(RuleBroken):
    code = "funds.allocation_exhausted"
    zh = "项目资金余额不足"
    en = "More than what is left of the allocation"
    pointer = "/amount_fen"


class PaperMissing(RuleBroken):
    code = "funds.paper_missing"
    zh = "缺少规定的报账材料"
    en = "A required paper is missing"
    pointer = "/papers"


class PaperUnknown(RuleBroken):
    code = "funds.paper_unknown"
    zh = "此类报账不收此种材料"
    en = "Claims of this kind take no such paper"
    pointer = "/papers"


class PaperRepeated(RuleBroken):
    code = "funds.paper_repeated"
    zh = "同一材料重复提交"
    en = "The same paper is filed twice in the claim"
    pointer = "/papers"


class PaperAlreadyUsed(RuleBroken):
    code = "funds.paper_already_used"
    zh = "材料已用于其他报账,不得重复使用"
    en = "A paper was used for another claim"
    pointer = "/papers"


class OrderNumberTaken(Conflict):
    code = "funds.order_number_taken"
    zh = "支付凭证号已使用"
    en = "The order number was used already"
    pointer = "/order_no"


class BankReferenceTaken(Conflict):
    code = "funds.bank_reference_taken"
    zh = "银行回单号已使用"
    en = "The bank reference was used already"
    pointer = "/bank_reference"


class ReturnTooLarge(RuleBroken):
    code = "funds.return_too_large"
    zh = "退回金额超过该笔支付尚未退回的金额"
    en = "More came back than is left of the payment"
    pointer = "/amount_fen"


class RetentionNotDue(RuleBroken):
    code = "funds.retention_not_due"
    zh = "质保期未满,不得退还质保金"
    en = "The retention is not due yet"
    pointer = "/released_on"


class NothingWithheld(Conflict):
    code = "funds.nothing_withheld"
    zh = "没有可退还的质保金"
    en = "No money of this claim is withheld"

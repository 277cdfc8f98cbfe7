"""What funds refuse of microcredit and risk compensation funds."""

from __future__ import annotations

from shared.refusals import Conflict, Forbidden, RuleBroken


class HouseholdNotRegistered(RuleBroken):
    code = "funds.household_not_registered"
    zh = "申请人不在建档立卡系统内,或已死亡、退出、清退"
    en = "The person is not on the register, or is dead, exited or removed"
    pointer = "/identity_number"


class BorrowerAgeOutside(RuleBroken):
    code = "funds.borrower_age_outside"
    zh = "申请人年龄不在规定范围内"
    en = "The borrower's age is outside the allowed range"
    pointer = "/identity_number"


class LoanOverCap(RuleBroken):
    code = "funds.loan_over_cap"
    zh = "该户小额信贷合计超过额度上限"
    en = "The household's microcredit together exceeds the cap"
    pointer = "/amount_fen"


class LoanTermTooLong(RuleBroken):
    code = "funds.loan_term_too_long"
    zh = "贷款期限超过上限"
    en = "The term is longer than allowed"
    pointer = "/term_months"


class LoanRateTooHigh(RuleBroken):
    code = "funds.loan_rate_too_high"
    zh = "贷款利率超过上限"
    en = "The rate is higher than allowed"
    pointer = "/annual_rate"


class LoanUseUnknown(RuleBroken):
    code = "funds.loan_use_unknown"
    zh = "该日期没有此贷款用途"
    en = "There is no such use of a loan on that day"
    pointer = "/use_code"


class LoanUseForbidden(RuleBroken):
    code = "funds.loan_use_forbidden"
    zh = "小额信贷不得用于此用途"
    en = "Microcredit must not be used for this"
    pointer = "/use_code"


class LoanStepOfOtherOffice(Forbidden):
    code = "funds.loan_step_of_other_office"
    zh = "该环节由其他层级或部门的机构办理"
    en = "This step belongs to an office of another level or sector"


class LoanOfOtherBank(Forbidden):
    code = "funds.loan_of_other_bank"
    zh = "该贷款由其他银行审定、发放,须由该银行办理"
    en = "Another bank decided on and lent this loan: the step is that bank's"


class LoanOverpaid(RuleBroken):
    code = "funds.loan_overpaid"
    zh = "还款超过尚欠本金"
    en = "More is paid back than is owed"
    pointer = "/amount_fen"


class LoanNotOverdue(RuleBroken):
    code = "funds.loan_not_overdue"
    zh = "贷款逾期未满规定天数"
    en = "The loan is not overdue for long enough"
    pointer = "/loan_id"


class LoanOverdueKnown(Conflict):
    code = "funds.loan_overdue_known"
    zh = "该贷款已登记逾期"
    en = "The loan is overdue already"


class LoanNotNoticed(Conflict):
    code = "funds.loan_not_noticed"
    zh = "该贷款没有银行的逾期通知"
    en = "There is no bank's notice that this loan is overdue"


class LoanLossClaimed(Conflict):
    code = "funds.loan_loss_claimed"
    zh = "该贷款的风险补偿已申请或尚未全部退回,逾期通知不能撤回;请先驳回申请或将补偿款全部退回补偿金"
    en = (
        "A loss on this loan is claimed or not all of it is the fund's again: let the claim be refused or the money be"
        " recovered, then withdraw the notice"
    )


class DisbursementNumberTaken(Conflict):
    code = "funds.disbursement_number_taken"
    zh = "放款凭证号已使用"
    en = "The disbursement number was used already"
    pointer = "/disbursement_no"


class QuarterNotOver(RuleBroken):
    code = "funds.quarter_not_over"
    zh = "季度尚未结束,不能计算贴息"
    en = "The quarter is not over"
    pointer = "/quarter"


class QuarterSubsidised(Conflict):
    code = "funds.quarter_subsidised"
    zh = "该县该季度的贴息已计算"
    en = "The subsidy of this county and quarter was computed already"
    pointer = "/quarter"


class NothingToSubsidise(RuleBroken):
    code = "funds.nothing_to_subsidise"
    zh = "该季度没有应贴息的贷款"
    en = "No loan has interest to subsidise"
    pointer = "/quarter"


class BankHasFund(Conflict):
    code = "funds.bank_has_fund"
    zh = "该县与该银行已设立风险补偿金"
    en = "The county has a risk fund with this bank already"
    pointer = "/bank_uscc"


class RiskMultipleTooHigh(RuleBroken):
    code = "funds.risk_multiple_too_high"
    zh = "放大倍数超过上限"
    en = "The multiple is higher than allowed"
    pointer = "/multiple"


class RiskShareTooHigh(RuleBroken):
    code = "funds.risk_share_too_high"
    zh = "风险补偿金承担的损失比例超过上限"
    en = "The fund would bear more of a loss than allowed"
    pointer = "/fund_share"


class RiskFundFull(RuleBroken):
    code = "funds.risk_fund_full"
    zh = "风险补偿金支持的贷款已达放大倍数"
    en = "The fund supports no more loans: its multiple is reached"
    pointer = "/risk_fund_id"


class RiskFundShort(RuleBroken):
    code = "funds.risk_fund_short"
    zh = "风险补偿金余额不足"
    en = "The risk fund does not hold this much"
    pointer = "/loan_id"


class LoanOfOtherFund(RuleBroken):
    code = "funds.loan_of_other_fund"
    zh = "该贷款不由此风险补偿金支持"
    en = "The loan is not supported by this fund"
    pointer = "/loan_id"


class ExtensionTooLong(RuleBroken):
    code = "funds.extension_too_long"
    zh = "展期期限或展期后的总期限超过上限"
    en = "The extension, or the whole term with it, is longer than allowed"
    pointer = "/months"


class ExtensionsUsed(RuleBroken):
    code = "funds.extensions_used"
    zh = "该贷款已达展期次数上限"
    en = "The loan was extended as often as is allowed"
    pointer = "/loan_id"


class ExtensionAsked(Conflict):
    code = "funds.extension_asked"
    zh = "该贷款已有待审批的展期申请"
    en = "An extension of this loan is waiting for its decision"
    pointer = "/loan_id"


class ExtensionTooLate(RuleBroken):
    code = "funds.extension_too_late"
    zh = "展期须在贷款到期、逾期之前申请并审定"
    en = "An extension is asked for and decided before the loan is due or overdue"
    pointer = "/loan_id"


class RepaymentReversed(Conflict):
    code = "funds.repayment_reversed"
    zh = "该笔还款已冲销或正在申请冲销"
    en = "This repayment was undone already, or is asked to be"
    pointer = "/repayment_id"


class NothingToCompensate(RuleBroken):
    code = "funds.nothing_to_compensate"
    zh = "按比例计算没有应代偿的金额"
    en = "The fund's share of this loan is nothing"
    pointer = "/loan_id"


class LossChanged(Conflict):
    code = "funds.loss_changed"
    zh = "申请代偿后借款人又有还款,须先退回该申请,按现欠本金重新申请代偿"
    en = "Something was paid back since the claim: refuse it, and let the bank claim anew for what is still owed"


class AlreadyCompensated(Conflict):
    code = "funds.already_compensated"
    zh = "该贷款已申请代偿"
    en = "A compensation of this loan was claimed already"
    pointer = "/loan_id"


class RecoveredTooMuch(RuleBroken):
    code = "funds.recovered_too_much"
    zh = "追回金额超过代偿尚未追回的金额"
    en = "More is recovered than was compensated"
    pointer = "/amount_fen"


class UsccWrong(RuleBroken):
    code = "funds.uscc_wrong"
    zh = "统一社会信用代码不正确"
    en = "The unified social credit code is wrong"
    pointer = "/uscc"

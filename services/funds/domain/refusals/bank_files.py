"""What funds refuse between the order and the bank: payees' accounts, files of orders, the bank's answers."""

from __future__ import annotations

from shared.refusals import Conflict, RuleBroken


class AccountProposed(Conflict):
    code = "funds.account_proposed"
    zh = "该收款人已有待审核的账户"
    en = "An account of this payee is waiting for approval already"
    pointer = "/payee_uscc"


class AccountShared(RuleBroken):
    code = "funds.account_shared"
    zh = "该账号已登记在其他收款人名下"
    en = "This account is registered for another payee"
    pointer = "/account"


class AccountUnchanged(RuleBroken):
    code = "funds.account_unchanged"
    zh = "该账号就是该收款人现用账号"
    en = "This is the payee's account already"
    pointer = "/account"


class PayeeUnknown(RuleBroken):
    code = "funds.payee_unknown"
    zh = "收款人不是本县任何项目的中标单位"
    en = "The payee is the contractor of no project of the county"
    pointer = "/payee_uscc"


class PayeeAccountMissing(RuleBroken):
    code = "funds.payee_account_missing"
    zh = "收款人没有审核通过的账户"
    en = "The payee has no approved account"


class PayeeAccountWaits(RuleBroken):
    code = "funds.payee_account_waits"
    zh = "收款账户变更未满等待期,暂不得支付"
    en = "The payee's account was changed and may not be paid on yet"


class PaymentInFile(Conflict):
    code = "funds.payment_in_file"
    zh = "支付凭证已列入其他银行文件"
    en = "A payment is in a bank file already"
    pointer = "/payment_ids"


class PaymentWithBank(Conflict):
    code = "funds.payment_with_bank"
    zh = "支付凭证已列入银行文件,只能登记银行对该文件的回复结果"
    en = "The order is in a file for the bank: nothing but the bank's answer to that file settles it"


class FileSettled(Conflict):
    code = "funds.file_settled"
    zh = "文件中已有支付凭证登记了银行结果,不得再次发出"
    en = "What the bank said of an order in this file is entered already; the file does not leave any more"


class FileOfOneCounty(RuleBroken):
    code = "funds.file_of_one_county"
    zh = "一个银行文件只能列一个县的支付"
    en = "A bank file holds payments of one county"
    pointer = "/payment_ids"


class PaymentRepeated(RuleBroken):
    code = "funds.payment_repeated"
    zh = "同一支付凭证重复列入"
    en = "A payment is listed twice"
    pointer = "/payment_ids"


class FileChanged(Conflict):
    code = "funds.file_changed"
    zh = "文件内容与登记的哈希值不符,不得发出"
    en = "The file is not what was recorded and may not leave"


class FileAccountChanged(Conflict):
    code = "funds.file_account_changed"
    zh = "文件生成后收款账户已变更,不得发出;请由另一人作废后重新生成"
    en = "An account in the file was changed since; another person voids the file, and it is built anew"


class FileVoided(Conflict):
    code = "funds.file_voided"
    zh = "文件已作废"
    en = "The file was voided"


class FileAnswered(Conflict):
    code = "funds.file_answered"
    zh = "银行已就该文件回复结果,不得作废"
    en = "The bank has answered the file; it is not voided any more"


class ResultUnreadable(RuleBroken):
    code = "funds.result_unreadable"
    zh = "结果文件不是规定格式的 csv 或 xlsx 文件"
    en = "The result is not a csv or xlsx file of the described form"
    pointer = "/file"


class ResultRowWrong(RuleBroken):
    code = "funds.result_row_wrong"
    zh = "结果文件有填写错误的行"
    en = "A row of the result file is wrong"
    pointer = "/file"


class ResultAmountWrong(RuleBroken):
    code = "funds.result_amount_wrong"
    zh = "金额须为精确到分的元"
    en = "An amount must be yuan with exactly two decimals"
    pointer = "/file"


class ResultTotalWrong(RuleBroken):
    code = "funds.result_total_wrong"
    zh = "合计行的笔数或金额与明细不符"
    en = "The count or total at the end is not that of the rows"
    pointer = "/file"


class ResultOfOtherFile(RuleBroken):
    code = "funds.result_of_other_file"
    zh = "结果不属于该银行文件"
    en = "The result belongs to another bank file"
    pointer = "/file"


class ResultAmountChanged(RuleBroken):
    code = "funds.result_amount_changed"
    zh = "结果金额与支付凭证不符"
    en = "An amount is not the one that was ordered"
    pointer = "/file"


class ResultContradicts(Conflict):
    code = "funds.result_contradicts"
    zh = "结果与已登记的银行结果矛盾"
    en = "The result contradicts what the bank said before"
    pointer = "/file"


class PaymentNotReturned(Conflict):
    code = "funds.payment_not_returned"
    zh = "该笔报账的支付没有全额退回,不得重新报账"
    en = "The claim's payment has not come back whole and is not claimed again"


class GrantFileEmpty(RuleBroken):
    code = "funds.grant_file_empty"
    zh = "批次中没有可列入银行文件的行"
    en = "The batch has no line that can be put into a file for the bank"
    pointer = "/batch_id"


class GrantInFile(Conflict):
    code = "funds.grant_in_file"
    zh = "批次中的行已列入其他银行文件"
    en = "A line of the batch is in a file for the bank already"
    pointer = "/batch_id"


class GrantAtBank(Conflict):
    code = "funds.grant_at_bank"
    zh = "该行已列入银行文件:请登记银行对该文件的回复,或先由他人作废该文件"
    en = "The line is in a file for the bank: enter the bank's answer to it, or have another person void it first"
    pointer = "/lines"


class GrantFileSettled(Conflict):
    code = "funds.grant_file_settled"
    zh = "文件中有行已登记支付结果,文件不得再发出"
    en = "A line of the file has its result already; the file may not leave any more"


class ClaimedAgain(Conflict):
    code = "funds.claimed_again"
    zh = "该笔退回款已经重新报账"
    en = "What came back was claimed again already"

"""What funds refuse of agreements and dividends."""

from __future__ import annotations

from shared.refusals import Conflict, RuleBroken


class PartiesWrong(RuleBroken):
    code = "funds.parties_wrong"
    zh = "协议须有农户、企业(合作社)、村、银行或政府四方,各一"
    en = "An agreement has four parties, each once: household, enterprise, village, and bank or government"
    pointer = "/parties"


class PartyUnnamed(RuleBroken):
    code = "funds.party_unnamed"
    zh = "除农户外各方须写明名称,企业和银行须写明统一社会信用代码"
    en = "Every party but the household has a name; an enterprise and a bank have a unified social credit code"
    pointer = "/parties"


class HouseholdNamed(RuleBroken):
    code = "funds.household_named"
    zh = "农户以身份证号核对,不另写姓名或代码"
    en = "The household is known by its identity number and is not named besides"
    pointer = "/parties"


class AmountOfNoParty(RuleBroken):
    code = "funds.amount_of_no_party"
    zh = "款项的付款方或收款方不是协议的一方"
    en = "An amount names somebody who is no party, or the same party twice"
    pointer = "/amounts"


class AmountOutsideTerm(RuleBroken):
    code = "funds.amount_outside_term"
    zh = "款项日期不在协议期限内"
    en = "An amount is due outside the agreement's term"
    pointer = "/amounts"


class TermWrong(RuleBroken):
    code = "funds.term_wrong"
    zh = "起止日期的先后不对"
    en = "The days of the term are not in order"
    pointer = "/valid_to"


class AgreementNumberTaken(Conflict):
    code = "funds.agreement_number_taken"
    zh = "本县已有此协议编号"
    en = "The county has an agreement with this number"
    pointer = "/number"


class OriginNotOne(RuleBroken):
    code = "funds.origin_not_one"
    zh = "入股资金须来自一笔分配资金或一笔贷款,二者择一"
    en = "The principal comes from an allocation or from a loan, one of the two"
    pointer = "/allocation_id"


class EndNotAsked(Conflict):
    code = "funds.end_not_asked"
    zh = "份额提前终止须先由另一人提出,终止日期以所提日期为准"
    en = "Somebody else must first ask for the share to end, on this very day"
    pointer = "/ended_on"


class OriginNotReady(RuleBroken):
    code = "funds.origin_not_ready"
    zh = "入股资金来源尚未审定或尚未放款"
    en = "The allocation is not approved, or the loan is not paid out"
    pointer = "/principal_fen"


class OriginOfOthers(RuleBroken):
    code = "funds.origin_of_others"
    zh = "入股资金来源不属于该户或该县"
    en = "The allocation is another county's, or the loan another household's"
    pointer = "/principal_fen"


class PrincipalTooLarge(RuleBroken):
    code = "funds.principal_too_large"
    zh = "入股金额合计超过资金来源或协议的金额"
    en = "The shares together exceed the money they come from, or what the agreement is for"
    pointer = "/principal_fen"


class RateBelowFloor(RuleBroken):
    code = "funds.rate_below_floor"
    zh = "分红比例低于保底比例"
    en = "The rate is below the floor"
    pointer = "/annual_rate"


class AgreementNotFitting(RuleBroken):
    code = "funds.agreement_not_fitting"
    zh = "协议未生效、不是该户与该企业的协议,或协议期限不包括入股期限"
    en = "The agreement is not in force, not this household's with this enterprise, or shorter than the share"
    pointer = "/agreement_id"


class PriorityGroupUnknown(RuleBroken):
    code = "funds.priority_group_unknown"
    zh = "没有此优先保障类别"
    en = "There is no such priority group"
    pointer = "/priority_group"


class YearOutsideShare(RuleBroken):
    code = "funds.year_outside_share"
    zh = "该股份没有这一年度"
    en = "The share has no such year"
    pointer = "/year_number"

"""What funds refuse of donations and of money that circulates."""

from __future__ import annotations

from shared.refusals import Conflict, RuleBroken


class DonorUnclear(RuleBroken):
    code = "funds.donor_unclear"
    zh = "单位捐赠须写明名称和统一社会信用代码;个人捐赠不填代码;公开名称须有捐赠人"
    en = "An organisation has a name and a code, a person no code, and only a named donor is published"
    pointer = "/donor_name"


class AimNotOne(RuleBroken):
    code = "funds.aim_not_one"
    zh = "须指定一个项目或一个补助项目,二者择一"
    en = "Name a project or a programme, one of the two"
    pointer = "/project_code"


class DonationForOther(RuleBroken):
    code = "funds.donation_for_other"
    zh = "捐赠人已指定其他用途;所指定的项目已停止或退出的,须写明捐赠人同意改变用途的凭据"
    en = (
        "The donor named another aim; where its project has ended, name the paper by which the donor agrees to this one"
    )
    pointer = "/project_code"


class DonationExhausted(RuleBroken):
    code = "funds.donation_exhausted"
    zh = "捐赠结余不足"
    en = "More than what is left of the donation"
    pointer = "/amount_fen"


class HouseholdElsewhere(RuleBroken):
    code = "funds.household_elsewhere"
    zh = "该户不在受赠的县"
    en = "The household is not of the county the donation was made to"
    pointer = "/identity_number"


class ProjectElsewhere(RuleBroken):
    code = "funds.project_elsewhere"
    zh = "该项目不在受赠的县"
    en = "The project is not of the county the donation was made to"
    pointer = "/project_code"


class PublishedPersonal(RuleBroken):
    code = "funds.published_personal"
    zh = "该内容将向社会公开,不得写明身份证、电话、账户等号码"
    en = "Everybody will read this: it must not hold an identity, telephone or account number"
    pointer = "/purpose"


class PlaceNotOfCounty(RuleBroken):
    code = "funds.place_not_of_county"
    zh = "区划须为县或县以下"
    en = "The place must be a county or lie in one"
    pointer = "/division_code"


class PoolNameTaken(Conflict):
    code = "funds.pool_name_taken"
    zh = "本县已有同名资金"
    en = "The county has a pool of this name"
    pointer = "/name"


class CeilingTooHigh(RuleBroken):
    code = "funds.ceiling_too_high"
    zh = "单户借款上限超过规定"
    en = "The ceiling for one borrower is higher than allowed"
    pointer = "/lending_ceiling_fen"


class PoolTermTooLong(RuleBroken):
    code = "funds.pool_term_too_long"
    zh = "借款期限超过规定"
    en = "The term is longer than allowed"
    pointer = "/term_months"


class MembersOfMutualAidOnly(RuleBroken):
    code = "funds.members_of_mutual_aid_only"
    zh = "只有互助资金有会员"
    en = "Only a mutual-aid association has members"


class MemberOutsidePlace(RuleBroken):
    code = "funds.member_outside_place"
    zh = "农户不在互助资金所在村"
    en = "The household does not live where the association works"
    pointer = "/identity_number"


class MemberAlready(Conflict):
    code = "funds.member_already"
    zh = "该户已是会员"
    en = "The household is a member already"
    pointer = "/identity_number"


class MemberUnknown(RuleBroken):
    code = "funds.member_unknown"
    zh = "不是本互助资金的现有会员"
    en = "This is no present member of the association"
    pointer = "/member_id"


class DepartureNotAsked(Conflict):
    code = "funds.departure_not_asked"
    zh = "会员退出须先由另一人提出,退出日期以所提日期为准"
    en = "Somebody else must first ask for the member to leave, on this very day"


class MemberOwes(Conflict):
    code = "funds.member_owes"
    zh = "会员尚有借款,不能退出"
    en = "The member still owes money"


class DonationReversed(Conflict):
    code = "funds.donation_reversed"
    zh = "该笔捐赠已作废或正在申请作废"
    en = "This donation was undone already, or is asked to be"


class BorrowerUnfit(RuleBroken):
    code = "funds.borrower_unfit"
    zh = "互助资金只借给会员;其他资金借给写明名称和代码的企业、合作社"
    en = "Mutual aid lends to members; other pools lend to an enterprise with its name and code"
    pointer = "/member_id"


class OverLendingCeiling(RuleBroken):
    code = "funds.over_lending_ceiling"
    zh = "该借款人合计超过单户借款上限"
    en = "The borrower would owe more than the pool's ceiling"
    pointer = "/amount_fen"


class LendingTermWrong(RuleBroken):
    code = "funds.lending_term_wrong"
    zh = "到期日不在允许的借款期限内"
    en = "The due day is not within the pool's term"
    pointer = "/due_on"


class LendingDueAlready(RuleBroken):
    code = "funds.lending_due_already"
    zh = "审批时该笔借款的到期日已到,须退回后重新申请"
    en = "The money would be due by then: refuse the lending and let it be proposed anew"
    pointer = "/decided_on"


class PoolShort(RuleBroken):
    code = "funds.pool_short"
    zh = "可借资金不足"
    en = "The pool does not hold this much"
    pointer = "/amount_fen"


class LendingOverpaid(RuleBroken):
    code = "funds.lending_overpaid"
    zh = "还款超过尚欠金额"
    en = "More is paid back than is owed to the pool"
    pointer = "/amount_fen"


class EntryReversed(Conflict):
    code = "funds.entry_reversed"
    zh = "该笔登记已申请冲销或已冲销"
    en = "This entry was asked to be undone, or is undone, already"
    pointer = "/entry_id"


class EntryOfBooks(RuleBroken):
    code = "funds.entry_of_books"
    zh = "该笔登记由账簿导入,须随账簿撤销"
    en = "This entry came by opening books: it is undone with them"
    pointer = "/entry_id"


class EntrySettled(RuleBroken):
    code = "funds.entry_settled"
    zh = "其后已据该笔登记办结(会员已退会、损失已再次申请补偿,或退回款已重新报账),不能冲销"
    en = "Something was settled on this entry since: the member left, the loss or the returned money was claimed again"
    pointer = "/outcome"

"""What funds refuse when money is divided: recalls, moves between projects, factors, uses, fees, statements."""

from __future__ import annotations

from shared.refusals import Conflict, Forbidden, RuleBroken


class RecallTooLarge(RuleBroken):
    code = "funds.recall_too_large"
    zh = "收回金额超过尚未登记的余额"
    en = "More is called back than is left on its way"
    pointer = "/amount_fen"


class RecallingOfficeWrong(Forbidden):
    code = "funds.recalling_office_wrong"
    zh = "须由原下达(分配)单位本级财政部门收回"
    en = "Money is called back by the finance office that handed it down"


class RecallPending(Conflict):
    code = "funds.recall_pending"
    zh = "该笔资金正在办理收回,审定后方可登记"
    en = "This line is being called back; it can be registered once that is decided"
    pointer = "/document_id"


class SameProject(RuleBroken):
    code = "funds.same_project"
    zh = "调剂前后须为不同的项目"
    en = "Money is moved to another project, not to the same"
    pointer = "/project_code"


class DecidedByReallocation(Conflict):
    code = "funds.decided_by_reallocation"
    zh = "该笔资金由项目间调剂形成,须随调剂一并审定"
    en = "This allocation is decided by the reallocation it came from"


class ProjectNotNamed(RuleBroken):
    code = "funds.project_not_named"
    zh = "该笔资金的下达文件已指定其他项目"
    en = "The document that brought this money names another project"
    pointer = "/project_code"


class UseUnknown(RuleBroken):
    code = "funds.use_unknown"
    zh = "资金用途不在用途目录内"
    en = "There is no such use of money"
    pointer = "/use_code"


class UseForbidden(RuleBroken):
    code = "funds.use_forbidden"
    zh = "该类资金不得用于此项支出"
    en = "Money of this kind must not be put to this use"
    pointer = "/use_code"


class FeeNotAllocated(RuleBroken):
    code = "funds.fee_not_allocated"
    zh = "项目管理费只能从安排用于项目管理费的资金中报账"
    en = "A management fee is claimed on money that was allocated for it, and on no other"
    pointer = "/use_code"


class FeeOfExcluded(RuleBroken):
    code = "funds.fee_of_excluded"
    zh = "该支出方向的资金不计入项目管理费基数,不得从中提取管理费"
    en = "Money of this direction is no part of the management fee's base, and no fee is taken from it"
    pointer = "/use_code"


class OverManagementFee(RuleBroken):
    code = "funds.over_management_fee"
    zh = "超过项目管理费提取上限"
    en = "More than the management fee allowed on this money"
    pointer = "/amount_fen"


class WeightsNotOne(RuleBroken):
    code = "funds.weights_not_one"
    zh = "各因素权重之和须为1"
    en = "The weights do not add up to 1"
    pointer = "/indicators"


class IndicatorPlacesWrong(RuleBroken):
    code = "funds.indicator_places_wrong"
    zh = "每个因素须对每个区划各填一个数值"
    en = "Each indicator needs one value for each place"


class IndicatorEmpty(RuleBroken):
    code = "funds.indicator_empty"
    zh = "该因素各区划数值合计为零,无法据以分配"
    en = "The indicator is zero everywhere; nothing can be divided by it"


class NotWholeWan(RuleBroken):
    code = "funds.not_whole_wan"
    zh = "金额须为整数万元"
    en = "The amount is not whole 万元"


class FactorPlaceUnknown(RuleBroken):
    code = "funds.factor_place_unknown"
    zh = "分配方案中没有此区划"
    en = "The proposal has no such place"


class AdjustmentChangesSum(RuleBroken):
    code = "funds.adjustment_changes_sum"
    zh = "调整后合计须与总额一致"
    en = "The amounts do not add up to the total after the adjustment"
    pointer = "/changes"


class AdjustedMeanwhile(Conflict):
    code = "funds.adjusted_meanwhile"
    zh = "方案已被他人调整,请刷新后重试"
    en = "The proposal was adjusted meanwhile; look again"
    pointer = "/adjustments"


class PlaceClassWrong(RuleBroken):
    code = "funds.place_class_wrong"
    zh = "地区类别与区划级别不符"
    en = "The class does not fit the division's level"
    pointer = "/place_class"


class PlaceClassOfRegister(RuleBroken):
    code = "funds.place_class_of_register"
    zh = "区划登记中该县属于其他类别,增列比例按登记的类别核定"
    en = "The register has this county of another class: its share is that class's"
    pointer = "/place_class"


class StockUseTooLarge(RuleBroken):
    code = "funds.stock_use_too_large"
    zh = "用于扶贫的存量资金不得超过可统筹的存量资金"
    en = "More reclaimed money is stated as used than there was"
    pointer = "/stock_used_fen"

"""What a forecast's figures rest on, in words for people."""

from __future__ import annotations

from fractions import Fraction

from services.funds.domain.forecast import Basis, Bound
from services.funds.domain.progress import percent_text

COMPONENTS: dict[str, tuple[str, str]] = {
    "ordered": ("已下支付指令、等银行回单;按银行环节天数到账", "Ordered, at the bank; paid after the bank's days"),
    "claims_approved": ("报账已审核、待支付;按支付和银行环节天数到账", "Claims approved; paid after payment and bank"),
    "batches_approved": ("发放批次已审定、待支付", "Grant batches approved; paid after payment and bank"),
    "claims_in_review": (
        "报账审核中,扣除应留质保金;假定审核通过",
        "Claims in review less retention, taken as approved",
    ),
    "batches_in_review": ("发放批次审核中;假定审核通过", "Grant batches in review, taken as approved"),
    "contract_advance": ("按合同可报的预付款,签订合同后可报", "Advance the contract allows once it is signed"),
    "contract_progress": ("按合同可报的进度款,随施工可报", "Progress payments the contract allows as works go on"),
    "contract_final": ("按合同可报的结算款,验收后可报", "Final payment, to be claimed after acceptance"),
    "contract_beyond": (
        "超出合同可报金额的已分配资金,不能支付",
        "Allocated beyond what the contract allows",
    ),
    "grants_not_listed": ("补助资金已分配、名单未报", "Allocated for grants, their list not made yet"),
    "retention_due": ("质保金,到期后可退还", "Retention that may be released from its due day on"),
    "retention_not_due": ("质保金,项目未验收,不能退还", "Retention of a project not accepted: not released"),
    "retention_to_come": ("报账时将扣留的质保金,截止日前不支付", "Retention to be held back, not paid by the cut-off"),
    "on_the_way": ("下达途中、未登记;假定各环节全走", "On its way down, not registered; every step still to come"),
    "unallocated": ("未分配到项目;假定各环节全走", "Not allocated to any project; every step still to come"),
    "proposed": ("拟分配、待审定;假定各环节全走", "Proposed for a project, not decided; every step still to come"),
    "recalled": ("拟收回,不支付", "Proposed to be called back: not paid"),
    "stopped": ("项目已停止或资金无去向,不支付", "With a stopped project: not paid as it stands"),
}
"""Component -> what it is and what is assumed of it."""

BOUNDS: dict[Bound, tuple[str, str]] = {
    "low": ("最低:只计已审定、已下指令的支付", "Low: what is approved or ordered, and nothing else"),
    "likely": ("可能:按各环节通常天数与以往支付进度加权", "Likely: usual days of the steps and past spending, weighed"),
    "high": (
        "最高:各环节都不超过规定期限和通常天数,未分配资金用于已完工项目",
        "High: no step takes longer than its deadline or usual time, unallocated money goes to finished works",
    ),
}


def history_words(basis: Basis, done: Fraction | None, years: list[int]) -> tuple[str, str]:
    """How past spending is carried on to the cut-off; `done` is the share of the year's spending done by now."""
    share = "" if done is None else f"{percent_text(done)}%"
    if basis == "earlier_years":
        named = ",".join(str(year) for year in years)
        return (
            f"往年({named})到同日已完成全年支出的{share},按此推算",
            f"By this day earlier years ({named}) had done {share} of their spending; carried on",
        )
    if basis == "pace":
        return (
            f"没有可用的往年数据,按已过时间占比{share}推算",
            f"No earlier year to go by; carried on at this year's pace, {share} of the time gone",
        )
    return ("没有支出记录,不作历史推算", "Nothing is spent yet: the past says nothing")


def closing_words(gap_fen: int, missing_fen: int) -> tuple[str, str]:
    """Whether the payments named close the gap."""
    if gap_fen == 0:
        return ("目标已达到,没有缺口", "The target is met; there is no gap")
    if missing_fen == 0:
        return (f"缺口{gap_fen}分,所列支付可补足", f"A gap of {gap_fen} fen; the payments listed close it")
    return (
        f"缺口{gap_fen}分,截止日前可到账的支付全部计入仍差{missing_fen}分",
        f"A gap of {gap_fen} fen; all that can be paid by the cut-off leaves {missing_fen} fen missing",
    )


NO_MONEY = ("没有资金计入,不作预测", "No money counts here: there is nothing to forecast")

"""Kinds of ledger accounts: where money can be. Every kind but `source` holds zero or more; so says the database."""

from __future__ import annotations

from typing import NamedTuple


class AccountKind(NamedTuple):
    """What a kind of account is called and what money in it is waiting for."""

    zh: str
    en: str
    meaning: str


ACCOUNT_KINDS: dict[str, AccountKind] = {
    "source": AccountKind("账外来源", "source", "outside our books: the level or giver money comes from"),
    "transit": AccountKind("下达在途", "in transit", "a document's line on its way to the office below"),
    "receipt": AccountKind("已接收", "received", "registered by the office and not given out"),
    "reserved": AccountKind("拟分配", "reserved", "proposed for a project, decision awaited"),
    "allocation": AccountKind("已分配", "allocated", "the project may claim it"),
    "recalling": AccountKind("拟收回", "recalling", "proposed to be called back, decision awaited"),
    "claim": AccountKind("已报账", "claimed", "claimed, on the way to a payment order"),
    "withheld": AccountKind("质保金", "withheld", "retention of a claim, until it is released"),
    "in_flight": AccountKind("支付在途", "in flight", "ordered, at the bank"),
    "paid": AccountKind("已支付", "paid", "with the payee"),
    "batch": AccountKind("批次待付", "batch", "claimed for a batch of grants to people"),
    "batch_in_flight": AccountKind("批次支付在途", "batch in flight", "a batch's order, at the bank"),
    "batch_paid": AccountKind("批次已支付", "batch paid", "a batch's grants, with their payees"),
    "loan": AccountKind("小额信贷余额", "loan", "principal a household owes its bank"),
    "loan_subsidy": AccountKind("贷款贴息", "loan subsidy", "interest subsidy granted on a loan"),
    "risk_fund": AccountKind("风险补偿金", "risk fund", "kept against loans that are not paid back"),
    "risk_claimed": AccountKind("代偿待审", "risk claimed", "claimed by the bank from a risk fund, decision awaited"),
    "risk_compensated": AccountKind("已代偿", "risk compensated", "paid to the bank for a loan and not recovered"),
    "dividend_paid": AccountKind("分红已付", "dividend paid", "with the household as a dividend"),
    "donation": AccountKind("捐赠结余", "donation", "given and not yet used"),
    "donation_reserved": AccountKind("捐赠拟用", "donation reserved", "proposed for a use, decision awaited"),
    "donation_used": AccountKind("捐赠已用", "donation used", "given to its project or programme"),
    "pool": AccountKind("循环资金", "pool", "in a revolving, industry or mutual-aid pool, free to be lent"),
    "pool_reserved": AccountKind("拟借资金", "pool reserved", "proposed to be lent from a pool, decision awaited"),
    "pool_lent": AccountKind("借出资金", "pool lent", "lent from a pool and not paid back"),
}
"""Kind -> names and meaning. A kind is added here and nowhere else."""

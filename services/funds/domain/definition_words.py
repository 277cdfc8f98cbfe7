"""A definition and its demands put into sentences, each with the paper it rests on."""

from __future__ import annotations

from fractions import Fraction

from services.funds.domain.explanation import NUMERATOR_SOURCE, VERDICTS
from services.funds.domain.progress import percent_text
from services.funds.domain.spending_definitions import Definition
from services.funds.domain.spending_rules import Applied
from services.funds.domain.spending_thresholds import Demand, Judged

OWN = "口径选用规则:地区最小者优先,其次资金种类、级次、批次、优先级"
LEVELS = {"central": ("中央", "central"), "province": ("省级", "province"), "city": ("市级", "city")} | {
    "county": ("县级", "county")
}
BATCHES = {"advance": ("提前下达资金", "the advance batch"), "regular": ("正式下达资金", "the regular batch")}
KINDS = {
    "year_end_rate": ("支出进度不低于", "progress of at least"),
    "balance_max": ("结余率不高于", "a balance of at most"),
    "quarter_rate": ("支出进度不低于", "progress of at least"),
    "pace": ("支出进度不慢于序时进度的", "progress of at least this share of the time passed:"),
}
OUTCOMES = VERDICTS | {
    "met": ("达到", "met"),
    "failed": ("到期未达到", "failed on its day"),
    "not_due": ("未到期", "not due yet"),
}


def definition_clauses(applied: Applied, below: int, left_out_fen: int) -> list[dict[str, str]]:
    """Why this definition, what it counts, over what, until when.

    `below`: how many definitions smaller places have; `left_out_fen`: received and not counted.
    """
    found = [_scope(applied, below), _numerator(applied.definition), _denominator(applied), _time(applied)]
    if left_out_fen:
        zh = f"正式下达资金已收到{left_out_fen}分,按本口径不计或尚未计入"
        en = f"{left_out_fen} fen of the regular batch were received and are not counted, or not yet"
        found.append(_clause("left_out", zh, en, applied.definition.source))
    if not applied.counts:
        found.append(
            _clause(
                "not_counted",
                "本口径不计或尚未计入所问的正式下达资金,金额照列,不作结论",
                "The regular batch asked about is not counted, or not yet: figures without a verdict",
                applied.definition.source,
            )
        )
    return found


def demand_clause(judged: Judged) -> dict[str, str]:
    """One demand: what was asked for by when, what was reached, and what is missing."""
    demand, on = judged.demand, judged.measured_on.isoformat()
    asked_zh, asked_en = asked_words(demand)
    if judged.figure is None or judged.verdict is None:
        zh, en = f"{asked_zh};分母为零,不作结论", f"{asked_en}; the denominator is zero: no verdict"
        return _clause(demand.threshold.kind, zh, en, demand.source)
    figure, target = percent_text(judged.figure), percent_text(judged.target)
    verdict_zh, verdict_en = OUTCOMES[judged.verdict]
    return _clause(
        demand.threshold.kind,
        f"{asked_zh};{on}实际{figure}%,应为{target}%:{verdict_zh},尚差{judged.gap_fen}分",
        f"{asked_en}; on {on} {figure} %, where {target} % was due: {verdict_en}, {judged.gap_fen} fen short",
        demand.source,
    )


def asked_words(demand: Demand) -> tuple[str, str]:
    """What a demand asks for, Chinese and English."""
    zh, en = KINDS[demand.threshold.kind]
    value, due = percent_text(Fraction(demand.value)), demand.due_on.isoformat()
    return f"{due}前{zh}{value}%", f"By {due} {en} {value} %"


def _scope(applied: Applied, below: int) -> dict[str, str]:
    definition = applied.definition
    money_zh, money_en = _money(definition)
    zh = f"采用“{definition.name}”({definition.division_code};{money_zh})"
    en = f"Measured by definition {definition.id} of {definition.division_code}, for {money_en}"
    if definition.general:
        zh, en = f"{zh};合计按该地区总口径计算", f"{en}; the total is measured by the area's general definition"
    if applied.others:
        zh = f"{zh};另有{len(applied.others)}个口径只适用于其中部分资金,须分种类、批次另问"
        en = f"{en}; {len(applied.others)} more hold for parts of this money, asked for by themselves"
    if below:
        zh = f"{zh};下级地区另有{below}个口径,只用于该地区自身"
        en = f"{en}; places below have {below} of their own, for themselves"
    return _clause("definition", zh, en, OWN)


def _money(definition: Definition) -> tuple[str, str]:
    zh, en = [], []
    if definition.fund_kind is not None:
        zh.append(definition.fund_kind)
        en.append(definition.fund_kind)
    if definition.source_level is not None:
        zh.append(LEVELS[definition.source_level][0])
        en.append(LEVELS[definition.source_level][1])
    if definition.batch is not None:
        zh.append(BATCHES[definition.batch][0])
        en.append(BATCHES[definition.batch][1])
    return "、".join(zh) or "全部资金", ", ".join(en) or "all money"


def _numerator(definition: Definition) -> dict[str, str]:
    zh = "分子为最终支付减退回;拨付到部门或乡镇的资金未支出,系统内也没有这种支付"
    en = "Spent is what payees finally have, less returns; money at departments or townships is unspent,"
    en += " and no movement takes it there"
    if definition.withheld_counts:
        return _clause("numerator", f"{zh};扣留的质保金计入支出", f"{en}; retention counts as spent", definition.source)
    return _clause("numerator", f"{zh};扣留的质保金未支出", f"{en}; retention is unspent", NUMERATOR_SOURCE)


def _denominator(applied: Applied) -> dict[str, str]:
    definition = applied.definition
    if definition.denominator == "advance":
        zh, en = "分子分母只计提前下达资金", "Only the advance batch counts, above and below the line"
    elif definition.denominator == "allocated":
        zh, en = "分母为已分配到项目的资金", "Divided by what is allocated to projects"
    else:
        zh, en = "分母为收到的资金", "Divided by what was received"
    entry_zh, entry_en = _entry(applied)
    return _clause("denominator", zh + entry_zh, en + entry_en, definition.source)


def _entry(applied: Applied) -> tuple[str, str]:
    definition = applied.definition
    if definition.regular_from is not None:
        zh, en = f"{definition.regular_from}起", f"from {definition.regular_from} on"
    elif definition.regular_after_days is not None:
        first = applied.first_regular_on.isoformat() if applied.first_regular_on else None
        days = definition.regular_after_days
        zh = f"首笔到账({first or '未到账'})满{days}天后"
        en = f"{days} days after its first receipt ({first or 'none yet'})"
    else:
        return "", ""
    return f";正式下达资金{zh}连同其支付一并计入", f"; the regular batch counts with its payments {en}"


def _time(applied: Applied) -> dict[str, str]:
    zh = "按月计算" if applied.rule.pace_basis == "month" else "按日计算"
    en = "by months" if applied.rule.pace_basis == "month" else "by days"
    day = applied.cut_off.isoformat()
    return _clause("time", f"截止日{day},序时进度{zh}", f"Cut-off {day}, pace {en}", applied.definition.source)


def _clause(rule: str, zh: str, en: str, source: str) -> dict[str, str]:
    return {"rule": rule, "zh": zh, "en": en, "source": source}

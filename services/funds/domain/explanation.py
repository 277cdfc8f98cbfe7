"""The verdict explained clause by clause: rule, figures, source."""

from __future__ import annotations

from services.funds.domain.progress import (
    Rule,
    Totals,
    decimal_text,
    gap_of,
    pace_of,
    percent_text,
    progress_of,
    verdict_of,
)
from services.funds.domain.questions import Question

NUMERATOR_SOURCE = "重庆市财政局《关于建立扶贫资金支出进度月通报制度的通知》2019-07-12"
VERDICTS = {
    "met": ("已达标", "met"),
    "on_pace": ("未达标,不慢于序时进度", "not met yet, on pace"),
    "behind": ("未达标,慢于序时进度", "not met yet, behind pace"),
    "failed": ("截止日未达标", "failed at the cut-off"),
}


def clauses_of(totals: Totals, asked: Question, rule: Rule, target_source: str) -> list[dict[str, str]]:
    """The sentences the verdict rests on, as rule, zh, en and source."""
    found = [_numerator(totals, rule), _denominator(totals, rule)]
    verdict = verdict_of(totals, asked.fund_year, asked.as_of, rule)
    value = progress_of(totals, rule.counted)
    if verdict is None or value is None:
        return [*found, _zero()]
    zh, en = VERDICTS[verdict]
    target, pace = percent_text(rule.target), pace_of(asked.fund_year, asked.as_of, rule)
    found.append(
        {
            "rule": "verdict",
            "zh": f"支出进度{decimal_text(value)},目标{target}%,序时进度{decimal_text(pace)}:{zh};"
            f"距目标尚差{gap_of(totals, rule.target, rule.counted)}分",
            "en": f"Progress {decimal_text(value)}, target {target} %, pace {decimal_text(pace)}: {en}; "
            f"{gap_of(totals, rule.target, rule.counted)} fen short of the target",
            "source": target_source,
        }
    )
    return found


def _numerator(totals: Totals, rule: Rule) -> dict[str, str]:
    spent = rule.counted.spent_fen(totals)
    if rule.counted.withheld:
        return {
            "rule": "numerator",
            "zh": f"支出{spent}分=最终支付{totals.paid_fen}分-退回{totals.returned_fen}分"
            f"+质保金{totals.withheld_fen}分(本口径计入);拨付到部门或乡镇视为未支出",
            "en": f"Spent {spent} fen = {totals.paid_fen} paid to payees - {totals.returned_fen} returned"
            f" + {totals.withheld_fen} of retention, which this definition counts; "
            "money with departments or townships is not spent",
            "source": NUMERATOR_SOURCE,
        }
    return {
        "rule": "numerator",
        "zh": f"支出{spent}分=最终支付{totals.paid_fen}分-退回{totals.returned_fen}分;"
        f"拨付到部门或乡镇、质保金{totals.withheld_fen}分视为未支出",
        "en": f"Spent {spent} fen = {totals.paid_fen} paid to payees - {totals.returned_fen} returned; "
        f"money with departments or townships and {totals.withheld_fen} fen of retention are not spent",
        "source": NUMERATOR_SOURCE,
    }


def _denominator(totals: Totals, rule: Rule) -> dict[str, str]:
    zh = f"收到{totals.received_fen}分(下达途中的资金计在上级),已分配到项目{totals.allocated_fen}分"
    en = (
        f"Received {totals.received_fen} fen (money on its way down counts above), "
        f"{totals.allocated_fen} fen allocated to projects"
    )
    if rule.counted.over == "allocated":
        zh, en = f"{zh};本口径以已分配资金为分母", f"{en}; this definition divides by what is allocated"
    return {"rule": "denominator", "zh": zh, "en": en, "source": NUMERATOR_SOURCE}


def _zero() -> dict[str, str]:
    return {
        "rule": "zero_denominator",
        "zh": "分母为零,不计算进度,也不作结论",
        "en": "The denominator is zero: no progress is computed and nothing is concluded",
        "source": NUMERATOR_SOURCE,
    }

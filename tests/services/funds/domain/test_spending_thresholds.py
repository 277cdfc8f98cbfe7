"""Thresholds judged exactly: each by its own day, never rounded before it is compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain.definition_words import demand_clause
from services.funds.domain.progress import Counted, Rule, Totals, percent_text
from services.funds.domain.refusals import definitions as refusals
from services.funds.domain.spending_thresholds import (
    Demand,
    Judged,
    Kind,
    Threshold,
    judge,
    main_of,
    ordered,
    require_all,
)
from shared.refusals import Refusal

START = date(2025, 1, 1)
YEAR_END = date(2025, 12, 31)
RULE = Rule(Fraction("0.9"), YEAR_END, "day")
RANK = {"failed": 0, "behind": 1, "not_due": 1, "on_pace": 2, "met": 3}
FEN = st.integers(min_value=0, max_value=10**17)
KINDS: tuple[Kind, ...] = ("year_end_rate", "balance_max", "quarter_rate", "pace")


def demand(kind: Kind, value: str, due_on: date = YEAR_END, **changes: object) -> Demand:
    threshold = Threshold(kind, value, due_on.strftime("%m-%d"), "文件", START, id=1)
    return Demand(replace(threshold, **changes), value, "文件", due_on)  # type: ignore[arg-type]


def money(paid: int, received: int, **more: int) -> Totals:
    return Totals(received_fen=received, allocated_fen=received, paid_fen=paid, **more)


def judged(asked: Demand, totals: Totals, on: date = YEAR_END, rule: Rule = RULE) -> Judged:
    return judge(asked, totals, 2025, on, rule)


@pytest.mark.parametrize(
    ("paid", "received", "verdict", "gap"),
    [
        (90, 100, "met", 0),
        (89_996, 100_000, "failed", 4),
        (9 * 10**14 - 1, 10**15, "failed", 1),
        (9 * 10**14, 10**15, "met", 0),
    ],
)
def test_exactly_ninety_per_cent_is_met_and_one_fen_less_is_not(
    paid: int, received: int, verdict: str, gap: int
) -> None:
    seen = judged(demand("year_end_rate", "0.90"), money(paid, received))
    assert (seen.verdict, seen.gap_fen) == (verdict, gap)


def test_a_balance_of_exactly_seven_per_cent_is_allowed_and_one_fen_more_is_not() -> None:
    """晋中市 2018-12-06: 结余不超过当年资金的7%."""
    asked = demand("balance_max", "0.07")
    at = judged(asked, money(93, 100))
    assert (at.figure, at.target, at.verdict, at.ahead) == (Fraction(7, 100), Fraction(7, 100), "met", Fraction(0))
    over = judged(asked, money(92_999, 100_000))
    assert (over.verdict, over.gap_fen, percent_text(over.ahead or Fraction(0), 3)) == ("failed", 1, "-0.001")
    assert judged(asked, money(50, 100), date(2025, 6, 30)).verdict == "not_due"


def test_a_quarters_rate_is_judged_on_its_day_and_not_before() -> None:
    asked = demand("quarter_rate", "0.30", date(2025, 3, 31))
    assert judged(asked, money(10, 100), date(2025, 3, 30)).verdict == "not_due"
    assert judged(asked, money(30, 100), date(2025, 2, 1)).verdict == "met"
    late = judged(asked, money(29, 100), date(2025, 9, 1))
    assert (late.verdict, late.measured_on, late.gap_fen) == ("failed", date(2025, 3, 31), 1)


def test_zhangye_is_ahead_of_time_by_8_68_points_rounded_last() -> None:
    """张掖市 2023-04-30: 50,422 万元 allocated, 21,185.83 spent; 42.02 %, by months 8.68 points ahead (市级通报)."""
    spent, whole = int(Decimal("21185.83") * 1_000_000), 50_422 * 1_000_000
    rule = Rule(Fraction("0.9"), date(2023, 12, 31), "month", Counted(over="allocated"))
    totals = Totals(received_fen=66_185 * 1_000_000, allocated_fen=whole, paid_fen=spent)
    asked = demand("pace", "1", date(2023, 12, 31))
    seen = judge(asked, totals, 2023, date(2023, 4, 30), rule)
    assert seen.figure == Fraction(2_118_583, 5_042_200)
    assert percent_text(seen.figure or Fraction(0)) == "42.02"
    assert seen.target == Fraction(1, 3)
    assert seen.ahead is not None
    assert percent_text(seen.ahead) == "8.68"
    assert (seen.verdict, seen.gap_fen) == ("on_pace", 0)
    clause = demand_clause(seen)
    assert "42.02%" in clause["zh"]
    assert "33.33%" in clause["zh"]
    assert clause["source"] == "文件"


def test_who_does_not_keep_with_time_is_behind_and_on_the_last_day_has_failed() -> None:
    asked = demand("pace", "1")
    assert judged(asked, money(49, 100), date(2025, 6, 30)).verdict == "behind"
    assert judged(asked, money(50, 100), date(2025, 6, 30)).verdict == "on_pace"
    assert judged(asked, money(99, 100)).verdict == "failed"
    assert judged(demand("pace", "0.9"), money(90, 100)).verdict == "met"
    assert judged(asked, money(0, 100), date(2024, 12, 31)).verdict == "not_due"


def test_nothing_to_divide_by_has_neither_figure_nor_verdict() -> None:
    for kind in KINDS:
        seen = judged(demand(kind, "0.5"), Totals())
        assert (seen.figure, seen.verdict, seen.ahead, seen.gap_fen) == (None, None, None, 0)
        assert "分母为零" in demand_clause(seen)["zh"]
    unallocated = judged(
        demand("year_end_rate", "0.9"), Totals(received_fen=100), rule=replace(RULE, counted=Counted(over="allocated"))
    )
    assert unallocated.verdict is None


def test_retention_counts_as_spent_only_where_the_definition_says_so() -> None:
    totals = money(87, 100, withheld_fen=3)
    assert judged(demand("year_end_rate", "0.9"), totals).verdict == "failed"
    counted = replace(RULE, counted=Counted(withheld=True))
    assert judged(demand("year_end_rate", "0.9"), totals, rule=counted).verdict == "met"


def test_the_areas_verdict_is_about_the_first_year_end_rate() -> None:
    early = demand("year_end_rate", "0.6", date(2025, 9, 30))
    last = demand("year_end_rate", "0.95")
    assert main_of([demand("balance_max", "0.07"), early, last]) is last
    urgent = demand("year_end_rate", "0.6", date(2025, 9, 30), priority=1)
    assert main_of([last, urgent]) is urgent
    assert main_of([demand("pace", "1")]) is None


def test_a_threshold_holds_between_its_days_and_the_highest_priority_stands_first() -> None:
    one = Threshold("pace", None, None, "甲", START, valid_to=date(2025, 6, 30), id=1)
    other = Threshold("balance_max", "0.07", None, "乙", date(2025, 3, 1), priority=3, id=2)
    assert ordered([one, other], date(2025, 2, 1)) == [one]
    assert ordered([one, other], date(2025, 6, 30)) == ordered([other, one], date(2025, 6, 30)) == [other, one]
    assert ordered([one, other], date(2025, 7, 1)) == [other]


GOOD = Threshold("quarter_rate", "0.30", "03-31", "文件", START)


@pytest.mark.parametrize(
    ("changes", "refusal", "pointer"),
    [
        ({"source": ""}, refusals.ThresholdUnsourced, "/thresholds/1/source"),
        ({"value": "1.01"}, refusals.ThresholdValueWrong, "/thresholds/1/value"),
        ({"value": "0"}, refusals.ThresholdValueWrong, "/thresholds/1/value"),
        ({"value": "0.000"}, refusals.ThresholdValueWrong, "/thresholds/1/value"),
        ({"kind": "balance_max", "value": "1"}, refusals.ThresholdValueWrong, "/thresholds/1/value"),
        ({"value": None}, refusals.ThresholdValueMissing, "/thresholds/1/value"),
        ({"due_on": None}, refusals.ThresholdValueMissing, "/thresholds/1/due_on"),
        ({"valid_to": date(2024, 12, 31)}, refusals.ThresholdDaysWrong, "/thresholds/1/valid_to"),
        ({"due_on": "06-30"}, refusals.ThresholdRepeated, "/thresholds/1"),
    ],
)
def test_a_threshold_nobody_could_judge_by_is_refused(
    changes: dict[str, object], refusal: type[Refusal], pointer: str
) -> None:
    with pytest.raises(refusal) as refused:
        require_all([replace(GOOD, due_on="06-30"), replace(GOOD, **changes)])  # type: ignore[arg-type]
    assert refused.value.pointer == pointer
    require_all([GOOD, replace(GOOD, due_on="06-30"), replace(GOOD, priority=1)])


@given(st.sampled_from(KINDS), st.integers(1, 99), FEN, FEN, FEN, st.integers(-40, 500))
def test_paying_more_never_makes_a_verdict_worse(
    kind: Kind, hundredths: int, received: int, paid: int, more: int, days: int
) -> None:
    asked, on = demand(kind, f"0.{hundredths:02}", date(2025, 9, 30)), START + timedelta(days=days)
    less, enough = sorted((min(paid, received), min(more, received)))
    first, second = judged(asked, money(less, received), on), judged(asked, money(enough, received), on)
    if received == 0:
        assert first.verdict is second.verdict is None
        return
    assert first.verdict is not None
    assert second.verdict is not None
    assert RANK[first.verdict] <= RANK[second.verdict]
    assert first.gap_fen >= second.gap_fen


@given(st.sampled_from(KINDS), st.integers(1, 99), FEN, FEN)
def test_paying_the_gap_meets_a_demand_and_one_fen_less_does_not(
    kind: Kind, hundredths: int, received: int, paid: int
) -> None:
    asked = demand(kind, f"0.{hundredths:02}")
    paid = min(paid, received)
    gap = judged(asked, money(paid, received)).gap_fen
    if received and gap:
        assert judged(asked, money(paid + gap, received)).verdict == "met"
        assert judged(asked, money(paid + gap - 1, received)).verdict == "failed"

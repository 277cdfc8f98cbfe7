"""Rules of reports without a database: periods, due days, ranks, rounding, what differs between two contents."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain import progress_reports as rules
from services.funds.domain import report_contents as contents
from services.funds.domain.progress import Totals
from services.funds.domain.refusals.progress_reports import (
    BelowCountyReports,
    ReportDayOutside,
    ReportPeriodNotEnded,
    ReportPeriodWrong,
    ReportSuperiorOnly,
)
from services.funds.domain.report_pages import number_of, rates_of, text_of
from services.funds.domain.working_days import Calendar

OFFICES = Calendar({date(2023, 10, 5): False, date(2023, 10, 6): False, date(2023, 10, 7): True})
YI = 10_000_000_000
"""亿元 in fen."""


def spent(received: int, paid: int) -> Totals:
    return Totals(received_fen=received, allocated_fen=received, paid_fen=paid)


@pytest.mark.parametrize(
    ("span", "name", "first", "last"),
    [
        ("month", "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("half_month", "2023-04-1", date(2023, 4, 1), date(2023, 4, 15)),
        ("half_month", "2023-02-2", date(2023, 2, 16), date(2023, 2, 28)),
        ("quarter", "2023-Q4", date(2023, 10, 1), date(2023, 12, 31)),
        ("half_year", "2023-H1", date(2023, 1, 1), date(2023, 6, 30)),
        ("year", "2023", date(2023, 1, 1), date(2023, 12, 31)),
    ],
)
def test_a_period_is_named_after_its_days(span: str, name: str, first: date, last: date) -> None:
    assert rules.period_of(span, name) == rules.Period(name, first, last)


@pytest.mark.parametrize(
    ("span", "name"), [("month", "2023"), ("quarter", "2023-05"), ("half_month", "2023-04"), ("year", "2023-H1")]
)
def test_a_period_of_another_span_is_refused(span: str, name: str) -> None:
    with pytest.raises(ReportPeriodWrong):
        rules.period_of(span, name)


@pytest.mark.parametrize("span", sorted(rules.FORMS))
@pytest.mark.parametrize("year", [2023, 2024])
def test_the_periods_of_a_year_are_the_year_without_gap_or_overlap(span: str, year: int) -> None:
    periods = rules.periods_of(span, year)
    assert (periods[0].first_on, periods[-1].last_on) == (date(year, 1, 1), date(year, 12, 31))
    for one, following in pairwise(periods):
        assert (following.first_on - one.last_on).days == 1


def test_the_month_is_reported_by_the_fifth_and_after_a_holiday_on_the_next_working_day() -> None:
    assert rules.period_of("month", "2023-08").due_on(5, OFFICES) == date(2023, 9, 5)
    # 5 and 6 October are holidays, 7 October is a Saturday that is worked.
    assert rules.period_of("month", "2023-09").due_on(5, OFFICES) == date(2023, 10, 7)
    # 5 November is a Sunday.
    assert rules.period_of("month", "2023-10").due_on(5, OFFICES) == date(2023, 11, 6)


def test_halves_of_a_month_are_reported_on_the_16th_and_the_1st() -> None:
    assert rules.period_of("half_month", "2023-05-1").due_on(1, OFFICES) == date(2023, 5, 16)
    assert rules.period_of("half_month", "2023-05-2").due_on(1, OFFICES) == date(2023, 6, 1)


def test_the_newest_due_period_is_found_on_and_before_its_due_day() -> None:
    found = [rules.newest_due("month", 5, OFFICES, day) for day in (date(2023, 10, 6), date(2023, 10, 7))]
    assert [period.name for period in found if period] == ["2023-08", "2023-09"]
    newest = rules.newest_due("year", 31, OFFICES, date(2024, 1, 30))
    assert newest is not None
    assert newest.name == "2022"
    assert rules.newest_due("year", 31, OFFICES, date(1900, 1, 1)) is None


def test_nothing_is_reported_before_the_last_day_or_as_of_a_day_outside() -> None:
    june = rules.period_of("half_year", "2023-H1")
    rules.require_reportable(june, june.last_on, june.last_on)
    with pytest.raises(ReportPeriodNotEnded):
        rules.require_reportable(june, date(2023, 6, 29), date(2023, 6, 29))
    for outside in (date(2022, 12, 31), date(2023, 7, 1)):
        with pytest.raises(ReportDayOutside):
            rules.require_reportable(june, outside, date(2023, 8, 1))
    with pytest.raises(BelowCountyReports):
        rules.require_reporting_level("341622101")


@pytest.mark.parametrize(
    ("scope", "rank", "allowed"),
    [(("3416",), 2, True), (("34",), 1, True), (("00",), 0, True), (("341622",), 3, False), (("3412",), 2, False),
     (("3416",), 3, False)],
)  # fmt: skip
def test_only_an_office_of_a_level_above_is_the_superior(scope: tuple[str, ...], rank: int, allowed: bool) -> None:
    if allowed:
        rules.require_superior(scope, rank, "341622")
        return
    with pytest.raises(ReportSuperiorOnly):
        rules.require_superior(scope, rank, "341622")


def test_equals_share_a_rank_and_places_without_money_have_none() -> None:
    places = {"a": spent(10, 9), "b": spent(20, 18), "c": spent(10, 10), "d": spent(0, 0), "e": spent(10, 1)}
    assert rules.ranks_of(places) == {"a": 2, "b": 2, "c": 1, "d": None, "e": 4}
    almost = {"a": spent(10**12, 9 * 10**11), "b": spent(10**12, 9 * 10**11 - 1)}
    assert rules.ranks_of(almost) == {"a": 1, "b": 2}


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.tuples(st.integers(0, 50), st.integers(0, 50))))
def test_a_rank_is_one_more_than_the_number_of_better_places(money: dict[str, tuple[int, int]]) -> None:
    places = {key: spent(received, paid) for key, (received, paid) in money.items()}
    rates = {key: Fraction(paid, received) for key, (received, paid) in money.items() if received}
    for key, rank in rules.ranks_of(places).items():
        assert rank == (1 + sum(rate > rates[key] for rate in rates.values()) if key in rates else None)


@pytest.mark.parametrize(
    ("received", "paid", "places", "shown"),
    [
        # Published: 张掖 2023-04-30 42.02 %; districts on direct funds 23.2 % and 89.3 %; 福州 60.851 before rounding.
        (50_422_000_000, 21_185_830_000, 2, "42.02"),
        (1956 * YI // 100, 454 * YI // 100, 1, "23.2"),
        (1053 * YI // 100, 940 * YI // 100, 1, "89.3"),
        (752 * YI // 10, 4576 * YI // 100, 3, "60.851"),
        (100_000, 89_996, 2, "90.00"),
    ],
)
def test_the_published_rates_come_out_rounded_once(received: int, paid: int, places: int, shown: str) -> None:
    row = {"progress": "", "spent_fen": paid, "unspent_fen": received - paid}
    rates = rates_of(row, "1/3", places)
    assert rates.progress == shown
    if places == 2 and shown == "42.02":
        assert (rates.points_ahead, rates.balance) == ("8.68", "57.98")


def test_amounts_are_shown_in_wan_half_up_and_missing_rates_as_a_dash() -> None:
    assert [rules.wan_text(fen) for fen in (5_000, 4_999, 1_005_000, -5_000)] == ["0.01", "0.00", "1.01", "-0.01"]
    assert (text_of("wan", 123_456_789_000_000), text_of("percent", None)) == ("123,456,789.00", "—")
    assert (number_of("wan", 1_005_000), number_of("percent", "8.68"), number_of("text", "8")) == (
        rules.wan(1_005_000), Decimal("8.68"), None,
    )  # fmt: skip


@given(st.lists(st.integers(0, 10**12), max_size=30))
def test_the_sum_line_is_the_exact_sum_rounded(amounts: list[int]) -> None:
    shown = rules.wan(sum(amounts))
    assert abs(Fraction(shown) * 1_000_000 - sum(amounts)) <= 5_000


def content(**changes: object) -> dict[str, object]:
    row = {"key": "a", "label": "甲县", "received_fen": 10, "spent_fen": 1}
    waits = {"responsible": "finance", "step": "claim", "received": True, "amount_fen": 9, "late_fen": 0}
    return {
        "total": {"received_fen": 10, "spent_fen": 1, "progress": "0.1"}, "areas": [row], "fund_kinds": [],
        "levels": [], "waiting": [waits], "carry_over": [],
    } | changes  # fmt: skip


def test_equal_contents_are_equal_bytes_and_another_fen_is_another_hash() -> None:
    one, other = content(), dict(reversed(content().items()))
    assert contents.canonical(one) == contents.canonical(other)
    changed = content(total={"received_fen": 10, "spent_fen": 2, "progress": "0.2"})
    assert contents.sha256_of(contents.canonical(one)) != contents.sha256_of(contents.canonical(changed))


def test_differences_name_each_figure_that_changed_and_what_came_or_went() -> None:
    assert contents.differences(content(), content()) == []
    after = content(
        areas=[{"key": "b", "label": "乙县", "received_fen": 7, "spent_fen": 0}],
        total={"received_fen": 10, "spent_fen": 3, "progress": "0.3"},
    )
    found = [(one.section, one.key, one.label, one.figure, one.difference_fen)
             for one in contents.differences(content(), after)]  # fmt: skip
    assert found == [
        ("total", "", "", "spent_fen", 2),
        ("areas", "a", "甲县", "received_fen", -10),
        ("areas", "a", "甲县", "spent_fen", -1),
        ("areas", "b", "乙县", "received_fen", 7),
    ]

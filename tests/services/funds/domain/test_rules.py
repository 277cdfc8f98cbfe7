"""Amounts, days, documents, claims, grants and parameters as pure rules."""

from __future__ import annotations

import csv
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain import amounts, claims, documents, grants, ledger
from services.funds.domain.divisions import child_of
from services.funds.domain.parameters import BOUNDS, DATA, Value, require_value, resolve
from services.funds.domain.refusals import documents as refused
from services.funds.domain.refusals.grants import ParameterUnknown, ParameterValueWrong, PeriodWrong
from services.funds.domain.trace import Node, Walk
from shared.schemas.funds import NewDocumentLine


@pytest.mark.parametrize(
    ("value", "fen"),
    [
        ("2405", 2_405_000_000),
        (29.862588, 29_862_588),
        ("0.000001", 1),
        ("0.0000001", None),
        (0.1 + 0.2, None),
        ("1e3", 1_000_000_000),
        ("abc", None),
        ("NaN", None),
        (float("inf"), None),
        ("-1", None),
        (0, None),
        (True, None),
    ],
)
def test_wan_yuan_become_whole_fen_or_are_refused(value: str | float, fen: int | None) -> None:
    assert amounts.wan_to_fen(value) == fen


@given(st.integers(min_value=1, max_value=10**12))
def test_a_workbook_float_gives_back_the_fen_it_was_made_of(fen: int) -> None:
    assert amounts.wan_to_fen(fen / 1_000_000) == fen


@given(st.integers(min_value=1, max_value=10**15), st.decimals(min_value=0, max_value=1, places=4))
def test_retention_is_rounded_down_and_the_parts_add_up(amount: int, rate: object) -> None:
    parts = claims.parts_of(amount, str(rate), "0.05")
    assert parts.payable_fen + parts.withheld_fen == amount
    assert parts.withheld_fen * 100 <= amount * 5
    assert parts.withheld_fen >= 0


def test_the_contract_rate_is_never_exceeded_nor_the_highest_one() -> None:
    assert claims.parts_of(1_000, "0.03", "0.05").withheld_fen == 30
    assert claims.parts_of(1_000, "0.10", "0.05").withheld_fen == 50
    assert claims.parts_of(1_000, None, "0.05").withheld_fen == 0
    assert claims.parts_of(33, "0.05", "0.05").withheld_fen == 1


def lines_for(*codes: str) -> list[NewDocumentLine]:
    return [NewDocumentLine(division_code=code, amount_fen=1) for code in codes]


def test_money_goes_down_never_up_sideways_or_below_the_county() -> None:
    documents.require_lines_below("34", lines_for("3416", "341622"), drawn=True)
    documents.require_lines_below("341622", lines_for("341622"), drawn=False)
    for lines, drawn, kind in (
        (["34"], True, refused.LineNotBelowIssuer),
        (["41"], False, refused.LineNotBelowIssuer),
        (["3416", "3416"], True, refused.LineRepeated),
        (["341622101"], True, refused.LineBelowCounty),
    ):
        with pytest.raises(kind):
            documents.require_lines_below("34", lines_for(*lines), drawn=drawn)


def test_a_levels_own_budget_is_not_handed_down_from_above() -> None:
    documents.require_kind_fits("central", "34")
    documents.require_kind_fits("county", "341622")
    with pytest.raises(refused.FundKindAboveIssuer):
        documents.require_kind_fits("county", "34")


def test_the_child_of_an_area_follows_the_lengths_of_the_codes() -> None:
    assert [child_of("341622101200", area) for area in ("00", "34", "3416", "341622", "341622101")] == [
        "34", "3416", "341622", "341622101", "341622101200",
    ]  # fmt: skip
    assert child_of("341622", "341622") == "341622"


CHANGES = st.lists(
    st.tuples(st.dates(date(2025, 1, 1), date(2025, 1, 20)), st.integers(min_value=-50, max_value=50)), max_size=15
)


@given(CHANGES, st.dates(date(2025, 1, 1), date(2025, 1, 20)))
def test_the_lowest_balance_since_a_day_is_that_of_some_day_since(changes: list[tuple[date, int]], since: date) -> None:
    days = {since, *(day for day, _ in changes if day > since)}
    assert ledger.lowest_since(changes, since) == min(
        sum(change for day, change in changes if day <= end) for end in days
    )


def value(division: str, text: str, since: date, until: date | None = None) -> Value:
    return Value("spending_target", division, since, until, text, "rate", "test")


def test_the_nearest_area_and_the_valid_day_decide_a_parameter() -> None:
    rows = [
        value("00", "0.90", date(2000, 1, 1)),
        value("34", "0.92", date(2020, 1, 1), date(2024, 12, 31)),
        value("34", "0.93", date(2025, 1, 1)),
        value("341622", "0.95", date(2025, 6, 1)),
    ]
    for division, day, expected in (
        ("41", date(2025, 1, 1), "0.90"),
        ("341622", date(2019, 1, 1), "0.90"),
        ("341622", date(2024, 12, 31), "0.92"),
        ("341622", date(2025, 5, 31), "0.93"),
        ("341622", date(2025, 6, 1), "0.95"),
        ("341621", date(2025, 6, 1), "0.93"),
    ):
        assert resolve(rows, "spending_target", division, day).value == expected
    with pytest.raises(ParameterUnknown):
        resolve(rows, "cut_off", "34", date(2025, 1, 1))


def test_a_later_tightening_from_above_wins_over_an_older_looser_value_below() -> None:
    rows = [
        value("00", "0.90", date(2000, 1, 1)),
        value("34", "0.95", date(2025, 6, 1)),
        value("341622", "0.93", date(2025, 1, 1)),
    ]
    for day, expected in ((date(2025, 5, 31), ("341622", "0.93")), (date(2025, 6, 1), ("34", "0.95"))):
        found = resolve(rows, "spending_target", "341622", day)
        assert (found.division_code, found.value) == expected


PAPER_OF_THE_NATION = re.compile("财农|财建|LPR|基准利率|预算年度|银保监(?!.*期限未列)")
"""How the source of a figure names one."""


def test_the_nations_figure_holds_provinces_where_a_paper_of_the_nation_gives_it_and_nowhere_else() -> None:
    with (DATA.parent / "parameters.csv").open(encoding="utf-8", newline="") as lines:
        national = [row for row in csv.DictReader(lines) if row["division_code"] == "00"]
    given = {row["key"] for row in national if PAPER_OF_THE_NATION.search(row["source"])}
    bounded = {key for key, bound in BOUNDS.items() if bound.stricter != "own"}
    assert {key for key in bounded if BOUNDS[key].bound_by == "nation"} == given & bounded


@pytest.mark.parametrize(
    ("key", "above", "below", "held"),
    [
        ("cut_off", "11-30", "12-18", "11-30"),
        ("cut_off", "12-18", "11-30", "11-30"),
        ("account_cool_down", "7", "0", "7"),
        ("claim_superior_approval_above", "2000000000", "999999999999999", "2000000000"),
        ("pace_basis", "day", "month", "month"),
    ],
)
def test_the_stricter_of_two_areas_holds_but_for_what_is_the_areas_own(
    key: str, above: str, below: str, held: str
) -> None:
    since = date(2025, 1, 1)
    rows = [Value(key, place, since, None, text, "", "") for place, text in (("34", above), ("341622", below))]
    assert resolve(rows, key, "341622", since).value == held


def test_every_key_says_how_an_area_is_held_to_it() -> None:
    with (DATA.parent / "parameters.csv").open(encoding="utf-8", newline="") as lines:
        assert {row["key"] for row in csv.DictReader(lines)} == BOUNDS.keys()
    for key, bound in BOUNDS.items():
        held = bound.stricter in ("at_most", "at_least") and bound.bound_by in ("nation", "province")
        assert held or bound == ("own", ""), key


@pytest.mark.parametrize(("unit", "text"), [("rate", "1.1"), ("rate", "90"), ("day", "-1"), ("month_day", "02-30"),
                                            ("word", "week"), ("day", "1.5")])  # fmt: skip
def test_a_parameters_value_must_fit_its_unit(unit: str, text: str) -> None:
    with pytest.raises(ParameterValueWrong):
        require_value(unit, text)


def test_a_walk_holds_each_thing_once_and_only_edges_between_its_things() -> None:
    walk = Walk()
    for type_ in ("payment", "document", "document"):
        walk.add(Node(type_, 1, "", "34", 5, None, "", ""))
    walk.join("document:1", "payment:1", 5)
    walk.join("document:1", "payment:1", 5)
    walk.join("document:1", "receipt:9", 5)
    assert [node.id for node in walk.ordered_nodes()] == ["document:1", "payment:1"]
    assert [(edge.source, edge.target) for edge in walk.ordered_edges()] == [("document:1", "payment:1")]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("year", ["2025", "2026"], ["2024", "2027", "2026-", "2026-01", "once"]),
        ("school_year", ["2025-2026", "2026-2027"], ["2026", "2025-2027", "2024-2025", "2025-2026A", "2025--2026"]),
        ("occasion", ["2026-03", "2025-12"], ["2026", "2026-3", "2026-13", "2026-00", "2026-03-"]),
        ("once", ["once"], ["Once", "2026", "once-2"]),
    ],
)
def test_a_period_is_written_in_one_way_so_that_nobody_is_paid_twice_for_it(
    kind: str, good: list[str], bad: list[str]
) -> None:
    for period in good:
        grants.require_period(kind, period, 2026)
    for period in bad:
        with pytest.raises(PeriodWrong):
            grants.require_period(kind, period, 2026)

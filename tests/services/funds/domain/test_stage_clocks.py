"""The hops of the money, their marks, and late money that adds up to the whole."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain.delays import RESPONSIBLE, Due, Waiting, measure
from services.funds.domain.positions import Facts, waiting_of
from services.funds.domain.refusals.responsibility import HopUnknown
from services.funds.domain.stage_clocks import (
    HOPS,
    Band,
    Stay,
    band_of,
    clock_of,
    hop_of,
    late_sums,
    require_hop,
    running,
    steps_of,
)
from tests.services.funds.domain.test_positions import AS_OF, facts

FILE = Path(__file__).resolve().parents[4] / "services/funds/data/duration_bands.csv"


def bands(use: str) -> list[Band]:
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.pop("use") == use]
    numbers = ("from_days", "to_days", "points_from", "points_to")
    return [Band(**(row | {name: int(row[name]) if row[name] else None for name in numbers})) for row in rows]  # type: ignore[arg-type]


def test_every_step_is_on_the_way_to_one_hop_and_above_the_county_money_is_passed_down() -> None:
    assert set(HOPS) == set(RESPONSIBLE)
    assert [hop_of("allocation", place) for place in ("34", "3416", "341622")] == [
        "passed_down", "passed_down", "allocated",
    ]  # fmt: skip
    assert steps_of("project_ready") == {"tender", "contract", "works", "acceptance", "stopped"}
    assert steps_of(None) == set(RESPONSIBLE)
    for hop in (None, "passed_down", "paid"):
        require_hop(hop)
    with pytest.raises(HopUnknown):
        require_hop("lunch")


@given(st.integers(0, 10_000))
def test_every_number_of_days_falls_into_one_band(days: int) -> None:
    for use in ("late_age", "hop_score"):
        assert sum(band.holds(days) for band in bands(use)) == (days > 0 or use == "hop_score")


def test_a_hop_within_a_month_has_full_marks_and_after_half_a_year_none() -> None:
    scores = bands("hop_score")
    found = [band_of(scores, days) for days in (30, 31, 60, 61, 180, 181)]
    assert [band and band.points_from for band in found] == [10, 9, 9, 7, 1, 0]
    assert band_of(bands("late_age"), 0) is None


def test_a_clock_stops_when_the_money_leaves_and_runs_on_while_it_waits() -> None:
    start, due = date(2025, 3, 1), Due(date(2025, 3, 11))
    left = Stay("claim:1", "payment:1", "bank", "341622", "k", "regular", "P1", 5, start, date(2025, 3, 13))
    clock = clock_of(left, AS_OF, due, 9)
    assert (clock.hop, clock.days, clock.days_late, clock.working_days) == ("paid", 12, 2, 9)
    waits = Waiting("bank", "finance", "o", "n", "341622", 5, start, reference="claim:1")
    assert clock_of(running(waits), AS_OF, due, 9).days == (AS_OF - start).days


@given(facts(), st.integers(0, 300))
def test_late_money_by_hop_side_office_and_age_adds_up_to_all_late_money(found: Facts, allowed: int) -> None:
    delays = measure(waiting_of(found, "34", AS_OF), AS_OF, lambda item: Due(item.since + timedelta(days=allowed)))
    sums = late_sums(delays, bands("late_age"))
    assert sum(one.late_fen for one in sums.values()) == sum(item.waiting.amount_fen for item in delays if item.late)
    assert sum(one.items for one in sums.values()) == sum(item.late for item in delays)
    assert all(group.from_days >= 1 for group in sums)

"""Pictures: what goes in comes out, steps end where they should, and what is not known is refused."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain.pictures import (
    LAYERS,
    MEASURES,
    STEPS,
    Heat,
    Step,
    Stream,
    days_of_line,
    ends_of_steps,
    flow_of,
    grouping_of,
    measure_of,
    step_of,
    value_of,
)
from services.funds.domain.refusals.forecasts import (
    MeasureUnknown,
    ProjectGroupingUnknown,
    StepTooFine,
    StepUnknown,
)

STREAM = st.builds(
    Stream,
    st.sampled_from(["central", "province"]),
    st.sampled_from(["central_special", "bond"]),
    st.sampled_from(["341621", "341622", "3416"]),
    st.sampled_from(["industry", "unallocated", ""]),
    st.sampled_from(["paid", "finance", "project", "third", "retention"]),
    st.integers(0, 10**12),
)


@given(st.lists(STREAM, max_size=30))
def test_what_goes_into_a_node_goes_out_of_it(streams: list[Stream]) -> None:
    flow = flow_of(streams)
    whole = sum(stream.amount_fen for stream in streams)
    goes_in, goes_out = Counter[str](), Counter[str]()
    for link in flow.links:
        goes_out[link.source] += link.amount_fen
        goes_in[link.target] += link.amount_fen
    for node in flow.nodes:
        assert node.layer == LAYERS[0] or goes_in[node.node_id] == node.amount_fen
        assert node.layer == LAYERS[-1] or goes_out[node.node_id] == node.amount_fen
    for layer in LAYERS:
        assert sum(node.amount_fen for node in flow.nodes if node.layer == layer) == whole
    ids = [node.node_id for node in flow.nodes]
    assert len(set(ids)) == len(ids)
    assert all(fen > 0 for fen in [node.amount_fen for node in flow.nodes] + [link.amount_fen for link in flow.links])
    assert flow_of(reversed(streams)) == flow


@given(
    st.dates(date(2020, 1, 1), date(2026, 12, 31)), st.integers(0, 400), st.sampled_from(STEPS)
)  # fmt: skip
def test_steps_end_in_order_and_the_last_is_the_day_itself(first: date, days: int, step: Step) -> None:
    last = first + timedelta(days=days)
    ends = ends_of_steps(first, last, step)
    assert ends == sorted(set(ends))
    assert ends[-1] == last
    longest = {"day": 1, "week": 7, "month": 31}[step]
    assert all((after - before).days <= longest for before, after in pairwise(ends))


def test_a_line_ends_on_its_day_also_before_and_after_the_fund_year() -> None:
    assert days_of_line(2025, date(2024, 12, 5), "month") == [date(2024, 12, 5)]
    assert days_of_line(2025, date(2025, 2, 10), "month") == [date(2025, 1, 31), date(2025, 2, 10)]
    assert days_of_line(2025, date(2026, 3, 1), "month")[-2:] == [date(2025, 12, 31), date(2026, 3, 1)]
    assert len(days_of_line(2025, date(2025, 12, 31), "month")) == 12
    assert [day.isoweekday() for day in days_of_line(2025, date(2025, 1, 31), "week")] == [7, 7, 7, 7, 5]


def test_every_measure_has_its_value_in_its_unit() -> None:
    heat = Heat(5, {"finance": 7, "project": 11}, 20)
    values = {measure: value_of(measure, "0.500000", 3, heat) for measure in MEASURES}
    assert values == {
        "progress": "0.500000", "gap": "3", "late": "5", "waiting": "18", "waiting_finance": "7",
        "waiting_project": "11", "waiting_third": "0", "unspent": "20",
    }  # fmt: skip


def test_what_is_not_known_is_refused() -> None:
    assert (step_of("week"), measure_of("late"), grouping_of("purpose")) == ("week", "late", "purpose")
    with pytest.raises(StepTooFine):
        step_of("hour")
    with pytest.raises(StepUnknown):
        step_of("year")
    with pytest.raises(MeasureUnknown):
        measure_of("warmth")
    with pytest.raises(ProjectGroupingUnknown):
        grouping_of("colour")

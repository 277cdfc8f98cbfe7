"""Plan lines within the estimate, whatever stands in other plans."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.projects.domain.plans import Candidate, Line, check_lines
from services.projects.domain.refusals_plans import PlanOverEstimate

SOURCES = ("central_special", "provincial_special", "city_special", "county_special")


@given(
    st.integers(min_value=1, max_value=1_000),
    st.integers(min_value=0, max_value=1_000),
    st.lists(st.integers(min_value=1, max_value=400), min_size=1, max_size=4),
)
def test_the_sum_of_all_lines_never_exceeds_the_estimate(estimate: int, planned: int, amounts: list[int]) -> None:
    project = Candidate("341622", "in_library", True, estimate, {2026: planned} if planned else {})
    lines = [Line("p", source, amount) for source, amount in zip(SOURCES, amounts, strict=False)]
    try:
        check_lines(lines, {"p": project}, "341622", 2026)
        fits = True
    except PlanOverEstimate:
        fits = False
    assert fits == (planned + sum(amounts) <= estimate)

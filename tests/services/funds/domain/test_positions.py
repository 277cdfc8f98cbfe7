"""Every received fen stands in one place and waits at one step, or is spent, or is withheld and not due."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain import delays, progress
from services.funds.domain.positions import (
    Allocation,
    Claimed,
    Facts,
    Line,
    Project,
    Receipt,
    slices_of,
    waiting_of,
    withheld_not_due,
)

AS_OF = date(2025, 10, 1)
AMOUNT = st.integers(min_value=0, max_value=10**10)
DAY = st.dates(min_value=date(2025, 1, 1), max_value=AS_OF)
STATES = [*delays.STAGE_STEPS, "in_library", "draft"]


def project(state: str = "under_way", purpose: str = "works") -> Project:
    return Project("P1", "道路硬化", "341622", "341622-transport", "交通局", purpose, state, date(2025, 4, 1), None)


@st.composite
def claimed(draw: st.DrawFn) -> Claimed:
    return Claimed(
        reference=f"claim:{draw(st.integers(1, 99))}",
        waiting_fen=draw(AMOUNT),
        reviewed=draw(st.booleans()),
        since=draw(DAY),
        in_flight_fen=draw(AMOUNT),
        ordered_on=draw(st.none() | DAY),
        withheld_fen=draw(AMOUNT),
        due_on=draw(st.none() | st.dates(min_value=date(2025, 6, 1), max_value=date(2026, 6, 1))),
    )


@st.composite
def allocations(draw: st.DrawFn, receipt_id: int) -> Allocation:
    """An allocation whose parts add up, proposed or approved."""
    claims = tuple(draw(st.lists(claimed(), max_size=3)))
    available, paid = draw(AMOUNT), draw(AMOUNT)
    returned = draw(st.integers(min_value=0, max_value=paid))
    held = sum(claim.waiting_fen + claim.in_flight_fen + claim.withheld_fen for claim in claims)
    approved = draw(st.booleans())
    return Allocation(
        allocation_id=draw(st.integers(1, 999)),
        receipt_id=receipt_id,
        division_code=draw(st.sampled_from(["341622101200", "341622102", "341622"])),
        county_code="341622",
        fund_kind="central_special",
        source_level="central",
        project=project(draw(st.sampled_from(STATES)), draw(st.sampled_from(["works", "grants"]))),
        proposed_on=draw(DAY),
        decided_on=draw(DAY) if approved else None,
        reserved_fen=0 if approved else draw(AMOUNT),
        allocated_fen=available + held + paid - returned if approved else 0,
        available_fen=available if approved else 0,
        paid_fen=paid if approved else 0,
        returned_fen=returned if approved else 0,
        claims=claims if approved else (),
    )


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """A county's receipt and a city's, the city's partly under way to the county."""
    found = draw(st.lists(allocations(receipt_id=1), max_size=5))
    county_left, city_left, transit = draw(AMOUNT), draw(AMOUNT), draw(AMOUNT)
    recalling = draw(AMOUNT)
    used = sum(item.reserved_fen + item.allocated_fen for item in found)
    registered = draw(AMOUNT)
    county_amount = county_left + used + recalling
    county = Receipt(
        1, "341622", "central_special", "central", draw(DAY), county_amount, 0, county_left, recalling, draw(DAY)
    )
    city_amount = city_left + transit + registered
    city = Receipt(2, "3416", "central_special", "central", draw(DAY), city_amount, registered, city_left)
    lines = (
        Line(5, "341622", transit, draw(DAY), "central_special", 2),
        Line(6, "3416", draw(AMOUNT), draw(DAY), "central_special", None),
    )
    lacking = frozenset({"341622"}) if draw(st.booleans()) else frozenset()
    return Facts((county, city), lines, tuple(found), {}, lacking)


@given(facts())
def test_received_is_what_waits_what_is_withheld_and_what_is_spent(found: Facts) -> None:
    for area in ("34", "3416", "341622101", "341622102"):
        total = progress.total_of(slices_of(found, area))
        waits = sum(item.amount_fen for item in waiting_of(found, area, AS_OF) if item.received)
        assert waits + withheld_not_due(found, area, AS_OF) + total.numerator_fen == total.received_fen


@given(facts())
def test_children_of_an_area_add_up_to_it(found: Facts) -> None:
    whole = progress.total_of(slices_of(found, "341622"))
    below = [progress.total_of(slices_of(found, code)) for code in ("341622101", "341622102")]
    own = [part.totals for part in slices_of(found, "341622") if part.division_code == "341622"]
    assert sum([*below, *own], progress.Totals()) == whole


@given(facts())
def test_each_delay_has_an_owner_a_day_and_a_known_step(found: Facts) -> None:
    for item in waiting_of(found, "34", AS_OF):
        assert item.office
        assert item.office_name
        assert item.step in delays.RESPONSIBLE
        assert item.amount_fen > 0
        if item.step != "allocation":
            assert item.responsible == delays.RESPONSIBLE[item.step]


def one(state: str, purpose: str = "works") -> list[delays.Waiting]:
    item = Allocation(
        7, 1, "341622101200", "341622", "central_special", "central", project(state, purpose),
        date(2025, 3, 1), date(2025, 3, 10), 0, 100, 100, 0, 0,
    )  # fmt: skip
    return waiting_of(Facts((), (), (item,)), "341622", AS_OF)


@pytest.mark.parametrize(("state", "step"), [("planned", "tender"), ("tendered", "contract"), ("under_way", "works"),
                                             ("completed", "acceptance"), ("accepted", "claim"),
                                             ("stopped", "stopped"), ("in_library", "tender")])  # fmt: skip
def test_money_of_a_project_waits_at_the_step_its_stage_calls_for(state: str, step: str) -> None:
    (item,) = one(state)
    assert (item.step, item.responsible, item.office) == (step, "project", "341622-transport")
    assert item.since == date(2025, 4, 1)


def test_money_for_grants_waits_for_its_list_whatever_the_stage() -> None:
    assert [item.step for item in one("planned", "grants")] == ["claim"]


def test_money_left_on_a_receipt_is_finances_fault_only_while_a_planned_project_lacks_it() -> None:
    """财政部门资金拨付不及时 against 项目前期准备工作不充分."""
    receipt = Receipt(1, "341622", "central_special", "central", date(2025, 2, 1), 100, 0, 100)
    (finance,) = waiting_of(Facts((receipt,), lacking_counties=frozenset({"341622"})), "341622", AS_OF)
    (projects,) = waiting_of(Facts((receipt,)), "341622", AS_OF)
    assert (finance.responsible, finance.office) == ("finance", "341622-finance")
    assert (projects.responsible, projects.office) == ("project", "341622-aid")


def test_a_delay_is_late_from_the_day_after_its_deadline() -> None:
    waiting = delays.Waiting("bank", "finance", "o", "n", "341622", 5, AS_OF - timedelta(days=3))
    (on_time,) = delays.measure([waiting], AS_OF, delays.in_days({"bank": 3}))
    (late,) = delays.measure([waiting], AS_OF, delays.in_days({"bank": 2}))
    assert (on_time.days, on_time.late, late.late, late.days_late, late.deadline_days) == (3, False, True, 1, 2)


def test_delays_are_sorted_by_amount_or_days_and_stay_in_order() -> None:
    items = [
        delays.Waiting("bank", "finance", "o", "n", "341622", amount, AS_OF - timedelta(days=days), reference=ref)
        for amount, days, ref in ((5, 9, "a"), (7, 1, "b"), (5, 9, "c"))
    ]
    measured = delays.measure(items, AS_OF, delays.in_days({"bank": 3}))
    assert [row.waiting.reference for row in delays.ordered(measured, "amount")] == ["b", "a", "c"]
    assert [row.waiting.reference for row in delays.ordered(measured, "days")] == ["a", "c", "b"]

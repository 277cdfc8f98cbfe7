"""Every received fen stands in one place and waits at one step, or is spent, or is withheld and not due."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain import delays
from services.funds.domain.positions import (
    Allocation,
    Claimed,
    Facts,
    Line,
    Project,
    Receipt,
    waiting_of,
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
    """An allocation, proposed or approved."""
    claims = tuple(draw(st.lists(claimed(), max_size=3)))
    approved = draw(st.booleans())
    return Allocation(
        allocation_id=draw(st.integers(1, 999)),
        receipt_id=receipt_id,
        division_code=draw(st.sampled_from(["341622101200", "341622102", "341622"])),
        county_code="341622",
        fund_kind="central_special",
        project=project(draw(st.sampled_from(STATES)), draw(st.sampled_from(["works", "grants"]))),
        proposed_on=draw(DAY),
        decided_on=draw(DAY) if approved else None,
        reserved_fen=0 if approved else draw(AMOUNT),
        available_fen=draw(AMOUNT) if approved else 0,
        claims=claims if approved else (),
    )


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """A county's receipt and a city's, the city's partly under way to the county."""
    county = Receipt(1, "341622", "central_special", draw(DAY), draw(AMOUNT), draw(AMOUNT), draw(DAY))
    city = Receipt(2, "3416", "central_special", draw(DAY), draw(AMOUNT))
    lines = (
        Line(5, "341622", draw(AMOUNT), draw(DAY), "central_special", 2),
        Line(6, "3416", draw(AMOUNT), draw(DAY), "central_special", None),
    )
    lacking = frozenset({"341622"}) if draw(st.booleans()) else frozenset()
    return Facts((county, city), lines, tuple(draw(st.lists(allocations(receipt_id=1), max_size=5))), {}, lacking)


def standing(found: Facts, area: str) -> int:
    """What stands on the accounts of an area: counted where it is held, whatever step it waits at."""
    fen = sum(
        receipt.left_fen + receipt.recalling_fen for receipt in found.receipts if receipt.division_code.startswith(area)
    )
    if "3416".startswith(area):
        fen += sum(line.amount_fen for line in found.lines if line.drawn_on_receipt_id is not None)
    for item in found.allocations:
        if "341622".startswith(area):
            fen += item.reserved_fen
        if item.division_code.startswith(area):
            fen += item.available_fen
            fen += sum(one.waiting_fen + one.in_flight_fen + one.withheld_fen for one in item.claims)
    return fen


def not_due(found: Facts, area: str) -> int:
    return sum(
        claim.withheld_fen
        for item in found.allocations
        if item.division_code.startswith(area)
        for claim in item.claims
        if claim.due_on is None or claim.due_on > AS_OF
    )


@given(facts())
def test_every_fen_on_an_account_waits_at_a_step_but_retention_that_is_not_due(found: Facts) -> None:
    for area in ("34", "3416", "341622", "341622101", "341622102"):
        waits = sum(item.amount_fen for item in waiting_of(found, area, AS_OF) if item.received)
        assert waits + not_due(found, area) == standing(found, area)


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
        7, 1, "341622101200", "341622", "central_special", project(state, purpose),
        date(2025, 3, 1), date(2025, 3, 10), 0, 100,
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
    receipt = Receipt(1, "341622", "central_special", date(2025, 2, 1), 100)
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

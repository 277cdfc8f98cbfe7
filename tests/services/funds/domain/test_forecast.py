"""Landing at the cut-off: certain, likely, possible; exact to the fen and the same every time."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain.claim_stages import Terms
from services.funds.domain.delays import Waiting
from services.funds.domain.forecast import (
    EarlierYear,
    Forecast,
    History,
    Piece,
    closing_of,
    components_of,
    history_of,
    require_days,
    same_day,
)
from services.funds.domain.forecast_pieces import Funded, Held, counted_of, pieces_of
from services.funds.domain.lead_times import Lead, Timing, leads_of, median_of, steps_from
from services.funds.domain.payment_stages import Contract, parts_by_stage
from services.funds.domain.progress import Counted
from services.funds.domain.refusals.forecasts import AsOfAfterCutOff, CutOffOutside
from services.funds.domain.working_days import Calendar

AS_OF = date(2025, 10, 10)
CUT_OFF = date(2025, 12, 31)
DEADLINES = {
    "receipt_registration": 7, "allocation": 30, "allocation_decision": 10, "recall_decision": 10, "tender": 45,
    "contract": 30, "works": 180, "acceptance": 30, "claim": 30, "claim_review": 10, "payment": 10, "bank": 3,
    "retention_release": 30, "stopped": 30,
}  # fmt: skip
TERMS = Terms(0, "0.30", "0.80")
CONTRACT = Contract("under_way", 1_000_000, TERMS, "0.03", "0.05")
NO_HISTORY = History("none", None, None)


def timing(**finished: dict[int, int]) -> Timing:
    return Timing(AS_OF, leads_of(finished, DEADLINES), Calendar({}))


def waiting(step: str, fen: int = 100, reference: str = "claim:1", days: int = 0, project: str = "P1") -> Waiting:
    return Waiting(
        step, "finance", "341622-finance", "财政", "341622", fen, AS_OF - timedelta(days=days),
        project_code=project, project_name="道路", fund_kind="central_special", reference=reference,
    )  # fmt: skip


def funded(contract: Contract = CONTRACT, claimed: int = 0, purpose: str = "works", ends: date | None = None) -> Funded:
    return Funded("道路", "341622-transport", "交通局", purpose, contract, claimed, ends)


def piece(fen: int, usual: date | None, first: date | None = None, component: str = "claims_in_review") -> Piece:
    return Piece(component, f"claim:{fen}", "bank", "finance", "o", "n", "341622", "P1", "道路", "central_special",
                 fen, usual, first or usual)  # fmt: skip


def made(*pieces: Piece, spent: int = 0, whole: int = 1_000, history: History = NO_HISTORY) -> Forecast:
    return Forecast(whole, spent, AS_OF, CUT_OFF, pieces, history, Fraction(1, 2))


def soon(days: int) -> date:
    return AS_OF + timedelta(days=days)


# Lead times.


def test_the_middle_of_an_even_number_is_the_later_of_the_two() -> None:
    assert median_of({3: 1, 9: 1}) == 9
    assert median_of({3: 2, 9: 1}) == 3
    assert median_of({}) is None


@given(st.lists(st.integers(0, 400), min_size=1, max_size=30))
def test_at_least_half_of_the_finished_steps_took_no_longer_than_the_usual_time(days: list[int]) -> None:
    usual = median_of(Counter(days))
    assert usual in days
    assert 2 * sum(1 for one in days if one <= usual) >= len(days)


def test_without_finished_steps_the_deadline_is_the_usual_time() -> None:
    leads = leads_of({"bank": {1: 3}}, DEADLINES)
    assert leads["bank"] == Lead("bank", 1, 3, 3)
    assert leads["works"] == Lead("works", 180, 180, 0)
    assert leads_of({"bank": {9: 1}}, DEADLINES)["bank"].shortest == 3


def test_time_spent_at_a_step_is_not_counted_again_and_an_overdue_step_takes_no_more() -> None:
    steps = steps_from("claim_review")
    assert timing().usual_day(steps, AS_OF) == date(2025, 11, 3)  # 23 days end on a Sunday
    assert timing().usual_day(steps, soon(-4)) == date(2025, 10, 29)
    assert timing().usual_day(steps, soon(-90)) == soon(13)
    assert timing().usual_day((), AS_OF) is None


def test_works_end_on_their_planned_day_if_it_is_to_come() -> None:
    steps = steps_from("works")
    paid = timing().usual_day(steps, soon(-10), date(2025, 10, 20))
    assert paid == date(2025, 10, 20) + timedelta(days=30 + 30 + 10 + 10 + 3 + 1)  # a Sunday again
    assert timing().usual_day(steps, soon(-10), date(2025, 1, 1)) == soon(170 + 30 + 30 + 10 + 10 + 3 + 2)


# Stages of a contract.


@given(
    available=st.integers(1, 10**12), claimed=st.integers(0, 10**12), amount=st.none() | st.integers(1, 10**12),
    state=st.sampled_from(["planned", "tendered", "contracted", "under_way", "completed", "accepted"]),
    stated=st.booleans(), rate=st.sampled_from([None, "0", "0.03", "0.2"]), other=st.integers(0, 10**11),
)  # fmt: skip
def test_the_parts_by_stage_are_all_of_the_money(
    available: int, claimed: int, amount: int | None, state: str, stated: bool, rate: str | None, other: int
) -> None:
    contract = Contract(state, amount, Terms(other, "0.30", "0.80", stated), rate, "0.05")
    parts = parts_by_stage(available, claimed, "works", contract)
    assert sum(part.payable_fen + part.withheld_fen for part in parts) == available
    assert all(part.payable_fen >= 0 and part.withheld_fen >= 0 for part in parts)
    assert all(set(part.fewest_steps) <= set(part.steps) for part in parts)


def test_an_advance_is_claimable_under_way_and_the_rest_waits_for_works_and_acceptance() -> None:
    advance, progress, final = parts_by_stage(1_000_000, 0, "works", CONTRACT)
    assert [part.stage for part in (advance, progress, final)] == ["advance", "progress", "final"]
    assert (advance.payable_fen, advance.withheld_fen, advance.steps) == (300_000, 0, steps_from("claim"))
    assert (progress.payable_fen, progress.withheld_fen) == (485_000, 15_000)
    assert (progress.steps[0], progress.fewest_steps) == ("works", steps_from("claim"))
    assert final.steps == ("works", "acceptance", *steps_from("claim"))


def test_nobody_owes_an_advance_that_was_not_agreed_on_and_money_beyond_the_contract_is_not_paid() -> None:
    unstated = replace(CONTRACT, terms=replace(TERMS, stated=False))
    assert [part.stage for part in parts_by_stage(500_000, 900_000, "works", unstated)] == ["final", "beyond"]
    accepted = replace(CONTRACT, state="accepted")
    assert [part.stage for part in parts_by_stage(100, 0, "claim", accepted)] == ["final"]


# Pieces.

STEPS = st.sampled_from(["receipt_registration", "allocation", "allocation_decision", "recall_decision", "tender",
                         "works", "acceptance", "claim", "claim_review", "payment", "bank", "stopped"])  # fmt: skip
REFERENCES = st.sampled_from(["claim:1", "batch:2", "allocation:3", "receipt:4", "line:5"])


@st.composite
def waits(draw: st.DrawFn) -> Waiting:
    item = waiting(draw(STEPS), draw(st.integers(1, 10**9)), draw(REFERENCES), draw(st.integers(0, 300)))
    return item._replace(received=draw(st.sampled_from([True, True, False])))


HELD = st.builds(
    Held, st.integers(1, 9), st.just("P1"), st.just("341622"), st.just("central_special"), st.integers(1, 10**8),
    st.none() | st.dates(date(2025, 1, 1), date(2027, 1, 1)),
)  # fmt: skip


@given(st.lists(waits(), max_size=8), st.lists(HELD, max_size=3), st.integers(0, 10**9), st.integers(0, 10**9),
       st.lists(st.integers(0, 90), max_size=9))  # fmt: skip
def test_every_unspent_fen_is_one_piece_and_the_bounds_hold_each_other(
    found: list[Waiting], held: list[Held], spent: int, kept: int, days: list[int]
) -> None:
    pieces = pieces_of(found, held, {1: kept}, {"P1": funded()}, timing(payment=dict(Counter(days))))
    unspent = sum(item.amount_fen for item in found if item.received) + sum(item.amount_fen for item in held)
    assert sum(one.amount_fen for one in pieces) == unspent
    assert all(one.amount_fen > 0 for one in pieces)
    history = history_of(spent, spent + unspent, Fraction(3, 4), [])
    forecast = made(*pieces, spent=spent, whole=spent + unspent, history=history)
    components = components_of(forecast)
    assert sum(item.total_fen for item in components) == unspent
    for name, bound in (("low_fen", "low"), ("scheduled_fen", "scheduled"), ("high_fen", "high")):
        counted = sum(getattr(item, name) for item in components)
        assert spent + counted == getattr(forecast, bound)(CUT_OFF)
    for day in (AS_OF, soon(30), CUT_OFF):
        assert spent <= forecast.low(day) <= forecast.likely(day) <= forecast.high(day) <= spent + unspent


@given(st.lists(waits(), max_size=8), st.randoms(use_true_random=False))
def test_the_forecast_does_not_depend_on_the_order_of_what_it_is_told(found: list[Waiting], luck: object) -> None:
    distinct = {(item.reference, item.step): item for item in found}
    shuffled = list(distinct.values())
    luck.shuffle(shuffled)  # type: ignore[attr-defined]
    answers = [
        closing_of(made(*pieces_of(order, [], {}, {"P1": funded()}, timing()), whole=10**10), 10**9)
        for order in (list(distinct.values()), shuffled)
    ]
    assert answers[0] == answers[1]


def test_retention_can_be_paid_from_its_due_day_on_and_not_before_the_acceptance() -> None:
    due = Held(7, "P1", "341622", "central_special", 50, date(2025, 11, 1))
    pieces = pieces_of([], [due, replace(due, claim_id=8, due_on=None)], {}, {"P1": funded()}, timing())
    assert [one.reference for one in pieces] == ["retention:7", "retention:8"]
    assert pieces[0].usual_on == date(2025, 11, 1) + timedelta(days=53)
    assert pieces[1].usual_on is None


def test_money_of_a_stopped_project_or_to_be_called_back_is_never_paid() -> None:
    found = [waiting("stopped", reference="allocation:3"), waiting("recall_decision", reference="receipt:4")]
    pieces = pieces_of(found, [], {}, {"P1": funded()}, timing())
    assert {(one.component, one.usual_on, one.first_on) for one in pieces} == {
        ("stopped", None, None), ("recalled", None, None)
    }  # fmt: skip


def test_unallocated_money_takes_every_step_and_at_best_goes_to_finished_works() -> None:
    (one,) = pieces_of([waiting("allocation", reference="receipt:4")], [], {}, {}, timing())
    assert one.usual_on is not None
    assert one.usual_on > CUT_OFF
    assert one.first_on == soon(30 + 10 + 30 + 10 + 10 + 3 + 1)  # a Sunday again


def test_money_a_definition_counts_as_spent_or_leaves_out_is_no_piece_of_the_gap() -> None:
    found = [waiting("bank"), waiting("allocation", reference="receipt:4")]
    held = [Held(7, "P1", "341622", "central_special", 50, None)]
    pieces = pieces_of(found, held, {}, {"P1": funded()}, timing())
    assert {one.component for one in counted_of(pieces, Counted())} == {"ordered", "unallocated", "retention_not_due"}
    assert {one.component for one in counted_of(pieces, Counted(withheld=True, over="allocated"))} == {"ordered"}


# History.


def test_spending_goes_on_as_in_earlier_years_taken_together() -> None:
    earlier = [EarlierYear(2024, 60, 100), EarlierYear(2023, 20, 100)]
    assert history_of(300, 1_000, Fraction(3, 4), earlier) == History("earlier_years", Fraction(2, 5), 750)
    assert history_of(600, 1_000, Fraction(3, 4), earlier).landing_fen == 1_000


def test_without_earlier_years_spending_goes_on_at_this_years_pace() -> None:
    assert history_of(300, 1_000, Fraction(3, 4), []) == History("pace", Fraction(3, 4), 400)
    assert history_of(300, 1_000, Fraction(1, 2), [EarlierYear(2024, 0, 100)]).basis == "pace"
    assert history_of(0, 1_000, Fraction(3, 4), []) == NO_HISTORY
    assert history_of(300, 1_000, Fraction(0), []) == NO_HISTORY


def test_the_last_of_february_stands_for_the_leap_day() -> None:
    assert same_day(date(2024, 2, 29), 1) == date(2023, 2, 28)
    assert same_day(date(2024, 2, 29), 4) == date(2020, 2, 29)


def test_likely_weighs_the_schedules_and_the_past_day_by_day() -> None:
    history = History("pace", Fraction(1, 2), 1_000)
    forecast = made(piece(600, CUT_OFF, AS_OF), spent=200, history=history)
    assert forecast.likely(AS_OF) == 200
    half = AS_OF + timedelta(days=41)
    assert forecast.likely(half) == 200 + (800 * 41 // 82) // 2
    assert forecast.likely(CUT_OFF) == 800, "the mean of 800 and 1000 is more than can be paid"


# Closing the gap.


def test_the_nearest_payments_come_first_and_the_list_ends_where_the_gap_closes() -> None:
    pieces = [piece(100, soon(9)), piece(300, soon(2)), piece(200, soon(2)), piece(50, soon(1)), piece(9, soon(99))]
    closing = closing_of(made(*pieces, spent=400), 520)
    assert [(one.piece.amount_fen, one.cumulated_fen) for one in closing.payments] == [(50, 50), (300, 350), (200, 550)]
    assert [one.progress for one in closing.payments] == [Fraction(45, 100), Fraction(3, 4), Fraction(19, 20)]
    assert (closing.missing_fen, closing.too_late_fen) == (0, 9)


def test_when_everything_together_does_not_suffice_the_rest_is_named() -> None:
    closing = closing_of(made(piece(100, soon(9)), piece(70, None)), 520)
    assert (len(closing.payments), closing.missing_fen, closing.stuck_fen) == (1, 420, 70)
    assert closing_of(made(piece(100, soon(9))), 0).payments == ()


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 120)), max_size=12), st.integers(0, 10**6))
def test_the_list_closes_the_gap_to_the_fen_or_says_what_is_missing(items: list[tuple[int, int]], gap: int) -> None:
    forecast = made(*(piece(fen, soon(days)) for fen, days in items), whole=10**8)
    closing = closing_of(forecast, gap)
    together = closing.payments[-1].cumulated_fen if closing.payments else 0
    assert closing.missing_fen == max(gap - together, 0)
    before_last = closing.payments[-2].cumulated_fen if len(closing.payments) > 1 else 0
    assert not closing.payments or before_last < gap
    if closing.missing_fen:
        assert together == forecast.scheduled(CUT_OFF)


# Days that are refused.


@pytest.mark.parametrize("cut_off", [date(2024, 12, 31), date(2027, 1, 1)])
def test_a_cut_off_outside_the_year_and_the_next_is_refused(cut_off: date) -> None:
    with pytest.raises(CutOffOutside):
        require_days(2025, AS_OF, cut_off)


def test_after_the_cut_off_nothing_is_left_to_forecast() -> None:
    require_days(2025, CUT_OFF, CUT_OFF)
    with pytest.raises(AsOfAfterCutOff):
        require_days(2025, CUT_OFF + timedelta(days=1), CUT_OFF)

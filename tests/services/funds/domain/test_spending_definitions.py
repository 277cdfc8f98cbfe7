"""Which definition of progress holds: the most specific, in whatever order; two that would tie are refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain import spending_definitions as rules
from services.funds.domain.parameters import Parameters, Value
from services.funds.domain.progress import Totals
from services.funds.domain.questions import Question
from services.funds.domain.refusals import definitions as refusals
from services.funds.domain.spending_definitions import Asked, Definition
from services.funds.domain.spending_rules import NONE, Applied, apply, asked_of, choose, others_of
from services.funds.domain.spending_thresholds import Threshold
from shared.refusals import Refusal

NATION = Definition(1, "00", 2000, None, date(2000, 1, 1), name="全国缺省口径")
PROVINCE = Definition(2, "62", 2023, None, date(2023, 1, 1))
CITY = Definition(3, "6207", 2023, 2023, date(2023, 1, 1), pace_basis="month")
KIND = Definition(4, "00", 2000, None, date(2000, 1, 1), fund_kind="central_special")
LEVEL = Definition(5, "00", 2000, None, date(2000, 1, 1), source_level="central")
BATCH = Definition(6, "00", 2000, None, date(2000, 1, 1), batch="advance")
URGENT = Definition(7, "00", 2000, None, date(2000, 1, 1), priority=5)
APRIL = Asked("620702", 2023, date(2023, 4, 30))


def ids(definitions: list[Definition], asked: Asked) -> list[int]:
    return [item.id for item in rules.resolve(definitions, asked)]


def test_the_smallest_place_wins_then_kind_then_level_then_batch_then_priority() -> None:
    one = replace(APRIL, fund_kind="central_special", source_level="central", batch="advance")
    everything = [NATION, BATCH, CITY, URGENT, KIND, PROVINCE, LEVEL]
    assert ids(everything, one) == [3, 2, 4, 5, 6, 7, 1]
    assert ids(everything, replace(one, area="4100")) == [4, 5, 6, 7, 1]
    assert ids(everything, replace(one, fund_year=2022)) == [4, 5, 6, 7, 1]


def test_all_kinds_together_are_measured_by_the_general_definition_of_the_area() -> None:
    asked = replace(APRIL, area="3416")
    chosen = choose([KIND, NATION, BATCH], asked)
    assert [item.id for item in chosen] == [1]
    assert [item.id for item in others_of([KIND, NATION, BATCH], asked, chosen[0])] == [4, 6]
    assert others_of([KIND, CITY], APRIL, CITY) == (), "the city's own definition outranks the nation's of a kind"
    assert choose([], asked) == [NONE]


def test_a_definition_holds_between_its_days_and_in_its_years_only() -> None:
    ended = replace(CITY, valid_to=date(2023, 6, 30))
    assert rules.fits(ended, replace(APRIL, on=date(2023, 6, 30)))
    assert not rules.fits(ended, replace(APRIL, on=date(2023, 7, 1)))
    assert not rules.fits(ended, replace(APRIL, on=date(2022, 12, 31)))
    assert not rules.fits(ended, replace(APRIL, fund_year=2024))


def test_what_was_not_decided_yet_was_not_known() -> None:
    late = replace(CITY, known_since=moment(5, 8), valid_to=date(2023, 5, 31), end_known_since=moment(6, 2))
    assert not rules.fits(late, replace(APRIL, known_until=moment(5, 8)))
    assert rules.fits(late, replace(APRIL, known_until=moment(5, 9)))
    june = replace(APRIL, on=date(2023, 6, 1))
    assert rules.fits(late, replace(june, known_until=moment(6, 2))), "its end was not known by then"
    assert not rules.fits(late, june)


def moment(month: int, of_month: int) -> datetime:
    return datetime(2023, month, of_month, tzinfo=UTC)


def test_two_that_would_tie_are_refused_and_one_after_the_other_is_not() -> None:
    ended = replace(CITY, valid_to=date(2023, 6, 30))
    with pytest.raises(refusals.DefinitionOverlaps) as refused:
        rules.require_alone(replace(CITY, id=0, valid_from=date(2023, 6, 30)), [PROVINCE, ended])
    assert refused.value.facts == {"definition_id": 3}
    after = replace(CITY, id=0, valid_from=date(2023, 7, 1))
    for other in (after, replace(ended, priority=1), replace(ended, batch="advance"), replace(ended, year_from=2024)):
        rules.require_alone(replace(other, year_to=None if other.year_from == 2024 else other.year_to), [ended])


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"year_from": 2024, "year_to": 2023}, refusals.DefinitionYearsWrong),
        ({"fund_kind": "central_special", "source_level": "county"}, refusals.DefinitionLevelWrong),
        ({"batch": "regular", "denominator": "advance"}, refusals.DefinitionCountsNothing),
        ({"regular_from": "07-01", "regular_after_days": 30}, refusals.RegularEntryWrong),
        ({"regular_from": "07-01", "batch": "advance"}, refusals.RegularEntryWrong),
        ({"regular_after_days": 30, "denominator": "advance"}, refusals.RegularEntryWrong),
    ],
)
def test_a_definition_that_contradicts_itself_is_refused(changes: dict[str, object], refusal: type[Refusal]) -> None:
    level = "central" if "fund_kind" in changes else None
    with pytest.raises(refusal):
        rules.require_sound(replace(CITY, **changes), level)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["02-30", "13-01", "00-10", "02-29", "2023-02-29", "2023-11-31"])
def test_a_cut_off_is_a_day_every_year_has(text: str) -> None:
    with pytest.raises(refusals.NotADayOfTheYear):
        rules.month_day_of(text, 2023, 2023, "/cut_off")


def test_a_cut_off_before_or_after_the_fund_year_is_refused() -> None:
    assert rules.month_day_of("2023-11-30", 2023, 2023, "/cut_off") == "11-30"
    assert rules.month_day_of("12-18", 2023, None, "/cut_off") == "12-18"
    for text, last in (("2022-12-31", 2023), ("2024-01-01", 2023), ("2023-12-31", None)):
        with pytest.raises(refusals.DayOutsideFundYear):
            rules.month_day_of(text, 2023, last, "/cut_off")


def test_a_place_does_not_change_its_own_answers_for_days_gone_by() -> None:
    today = date(2023, 5, 1)
    fresh, yesterday = replace(CITY, valid_from=today), today - timedelta(days=1)
    rules.require_power(("6207",), fresh, today)
    rules.require_power_to_end(("6207",), "6207", today, today)
    for back in (replace(fresh, valid_from=yesterday), replace(fresh, year_from=2022)):
        rules.require_power(("62",), back, today)
        with pytest.raises(refusals.BackdatedBySuperior):
            rules.require_power(("6207",), back, today)
    rules.require_power_to_end(("00",), "6207", yesterday, today)
    with pytest.raises(refusals.BackdatedBySuperior):
        rules.require_power_to_end(("6207", "34"), "6207", yesterday, today)


# What a definition and the parameters say together.


def parameters(*own: Value) -> Parameters:
    nation = [
        Value(key, "00", date(2000, 1, 1), None, value, "", "参数")
        for key, value in (("spending_target", "0.90"), ("cut_off", "12-31"), ("pace_basis", "day"))
    ]
    return Parameters([*nation, *own], "620702", date(2023, 4, 30))


def applied(definition: Definition, *own: Value, batch: str | None = None, first: date | None = None) -> Applied:
    question = Question("620702", 2023, date(2023, 4, 30), batch)
    return apply(question, [definition], (), {}, parameters(*own), first)


def test_the_nations_default_says_what_the_parameters_say() -> None:
    seen = applied(NATION)
    assert (str(seen.main.rate), seen.cut_off, seen.rule.pace_basis) == ("9/10", date(2023, 12, 31), "day")
    assert (seen.main.value, seen.main.source) == ("0.90", "参数")


def test_a_places_own_cut_off_wins_over_a_larger_places_definition_where_it_is_earlier() -> None:
    stating = replace(PROVINCE, cut_off="11-30")
    assert applied(stating).cut_off == date(2023, 11, 30)
    for own, held in (("12-18", (11, 30)), ("11-20", (11, 20))):
        value = Value("cut_off", "620702", date(2023, 1, 1), None, own, "", "县文件")
        assert applied(stating, value).cut_off == date(2023, *held)
        assert applied(replace(stating, division_code="620702"), value).cut_off == date(2023, 11, 30)


def test_a_stated_target_has_its_own_source_and_a_smaller_places_parameter_wins_over_it_where_it_is_stricter() -> None:
    rate = Threshold("year_end_rate", "0.95", None, "雅安市财政局2018年", date(2018, 1, 1), id=9)
    question = Question("620702", 2023, date(2023, 4, 30))
    stated = {PROVINCE.id: [rate]}
    seen = apply(question, [PROVINCE], (), stated, parameters(), None)
    assert (seen.main.value, seen.main.source, len(seen.demands)) == ("0.95", "雅安市财政局2018年", 1)
    for own, held in (("0.92", "0.95"), ("0.97", "0.97")):
        value = Value("spending_target", "620702", date(2023, 1, 1), None, own, "", "县文件")
        assert apply(question, [PROVINCE], (), stated, parameters(value), None).main.value == held


COUNTY = Definition(8, "620702", 2023, 2023, date(2023, 1, 1))


def demand(kind: str, value: str | None, due_on: str | None = None) -> Threshold:
    return Threshold(kind, value, due_on, "文件", date(2023, 1, 1))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("own", "held"),
    [
        ([("year_end_rate", "0.85", None)], [("year_end_rate", "0.95", "12-31")]),
        ([("year_end_rate", "0.95", None)], [("year_end_rate", "0.95", "12-31")]),
        ([("year_end_rate", "0.97", None)], [("year_end_rate", "0.97", "12-31")]),
        ([("year_end_rate", "0.97", "11-30")], [("year_end_rate", "0.97", "11-30")]),
        (
            [("year_end_rate", "0.92", "11-30")],
            [("year_end_rate", "0.92", "11-30"), ("year_end_rate", "0.95", "12-31")],
        ),
        ([("balance_max", "0.07", None)], [("year_end_rate", "0.95", "12-31")]),
        ([("balance_max", "0.03", None)], [("balance_max", "0.03", "12-31"), ("year_end_rate", "0.95", "12-31")]),
        ([], [("year_end_rate", "0.95", "12-31")]),
    ],
)
def test_a_places_own_target_is_only_stricter_than_those_above_it(
    own: list[tuple[str, str, str | None]], held: list[tuple[str, str, str]]
) -> None:
    """The province asks for 95 % at the year's end and 30 % by the end of March, the nation for 90 %."""
    above = [demand("year_end_rate", "0.95"), demand("quarter_rate", "0.30", "03-31")]
    stated = {COUNTY.id: [demand(*one) for one in own], PROVINCE.id: above}
    question = Question("620702", 2023, date(2023, 4, 30))
    seen = apply(question, [COUNTY, PROVINCE, NATION], (), stated, parameters(), None)
    found = {(item.threshold.kind, item.value, f"{item.due_on:%m-%d}") for item in seen.demands}
    assert set(held) | {("quarter_rate", "0.30", "03-31")} <= found
    assert "0.85" not in {item.value for item in seen.demands}
    assert seen.main.rate >= Fraction("0.95") or seen.main.due_on < date(2023, 12, 31)
    free = apply(replace(question, area="62"), [PROVINCE, NATION], (), {PROVINCE.id: [demand("year_end_rate", "0.85")]},
                 parameters(), None)  # fmt: skip
    assert [item.value for item in free.demands] == ["0.85"], "the nation's figure is a province's default"


def test_a_place_keeps_its_own_stricter_parameter_beside_the_definitions_above_it() -> None:
    value = Value("spending_target", "620702", date(2023, 1, 1), None, "0.97", "", "县文件")
    question = Question("620702", 2023, date(2023, 4, 30))
    stated = {PROVINCE.id: [demand("year_end_rate", "0.95")]}
    seen = apply(question, [COUNTY, PROVINCE, NATION], (), stated, parameters(value), None)
    assert [item.value for item in seen.demands] == ["0.97"]


def test_the_advance_batch_alone_is_asked_for_where_the_definition_counts_nothing_else() -> None:
    only = replace(CITY, denominator="advance")
    assert (applied(only).question.batch, applied(only).counts) == ("advance", True)
    assert applied(only, batch="advance").question.batch == "advance"
    regular = applied(only, batch="regular")
    assert (regular.question.batch, regular.counts) == ("regular", False)


def test_the_second_batch_enters_on_its_day_or_its_days_after_the_first_receipt() -> None:
    dated = replace(CITY, regular_from="05-01")
    assert applied(dated).question.batch == "advance"
    assert applied(dated).counted_on(date(2023, 5, 1)).batch is None
    waiting = replace(CITY, regular_after_days=30)
    assert applied(waiting, first=None).question.batch == "advance"
    assert applied(waiting, first=date(2023, 4, 1)).question.batch == "advance"
    assert applied(waiting, first=date(2023, 3, 31)).question.batch is None


def test_what_is_not_counted_is_not_judged() -> None:
    seen = applied(replace(CITY, denominator="advance"), batch="regular")
    judged = seen.judged({date(2023, 4, 30): Totals(received_fen=100, paid_fen=100)})
    assert [(item.figure, item.verdict, item.gap_fen) for item in judged] == [(None, None, 0)]


# Properties.

PLACES = ("00", "62", "6207", "620702", "34")
DAYS = st.dates(date(2022, 1, 1), date(2025, 12, 31))
MAYBE_KIND = st.sampled_from([None, "central_special", "county_special"])
MAYBE_LEVEL = st.sampled_from([None, "central", "county"])
MAYBE_BATCH = st.sampled_from([None, "advance", "regular"])


@st.composite
def definition(draw: st.DrawFn) -> Definition:
    year, start = draw(st.integers(2022, 2025)), draw(DAYS)
    length = draw(st.none() | st.integers(0, 900))
    return Definition(
        id=0,
        division_code=draw(st.sampled_from(PLACES)),
        year_from=year,
        year_to=draw(st.none() | st.integers(year, 2025)),
        valid_from=start,
        valid_to=None if length is None else start + timedelta(days=length),
        fund_kind=draw(MAYBE_KIND),
        source_level=draw(MAYBE_LEVEL),
        batch=draw(MAYBE_BATCH),
        priority=draw(st.integers(0, 1)),
    )


@st.composite
def entered(draw: st.DrawFn) -> list[Definition]:
    """Definitions as they pass the entry, one after the other."""
    held: list[Definition] = []
    for item in draw(st.lists(definition(), max_size=12)):
        if not any(rules.would_tie(item, other) for other in held):
            held.append(replace(item, id=len(held) + 1))
    return held


ASKED = st.builds(
    Asked,
    area=st.sampled_from(["620702", "6207", "341622", "62"]),
    fund_year=st.integers(2022, 2025),
    on=DAYS,
    fund_kind=MAYBE_KIND,
    source_level=MAYBE_LEVEL,
    batch=MAYBE_BATCH,
)


@given(entered(), ASKED, st.randoms())
def test_which_definition_holds_never_depends_on_the_order_of_the_rows(
    held: list[Definition], asked: Asked, mixing: object
) -> None:
    mixed = list(held)
    mixing.shuffle(mixed)  # type: ignore[attr-defined]
    assert ids(mixed, asked) == ids(held, asked)


@given(entered(), ASKED)
def test_what_passes_the_entry_never_ties(held: list[Definition], asked: Asked) -> None:
    found = rules.resolve(held, asked)
    assert len({item.rank for item in found}) == len(found)


@given(entered(), ASKED)
def test_the_definition_for_the_total_is_for_all_the_money_asked_about(held: list[Definition], asked: Asked) -> None:
    question = Question(asked.area, asked.fund_year, asked.on)
    found = choose(held, asked_of(question, None))
    assert found[0].general

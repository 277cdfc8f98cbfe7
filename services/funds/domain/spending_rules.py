"""The definition that holds for a question, put together with the parameters it refers to and what it demands.

What a definition leaves open the parameter of the area says. Where both say something, the smaller place's word holds,
and the definition's for the same place; but a target or a cut-off of a smaller place only where it is no milder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from services.funds.domain.divisions import NATION, ancestors_of, level_of, rank_of
from services.funds.domain.parameters import Parameters, Value
from services.funds.domain.progress import Rule, Totals
from services.funds.domain.questions import Question
from services.funds.domain.refusals.definitions import DefinitionMilder
from services.funds.domain.spending_definitions import (
    Asked,
    Definition,
    counted_batch,
    day_in,
    fits,
    regular_counts,
    resolve,
)
from services.funds.domain.spending_thresholds import (
    Demand,
    Judged,
    Threshold,
    joined,
    judge,
    main_of,
    milder,
    ordered,
)

NONE = Definition(id=0, division_code=NATION, year_from=0, year_to=None, valid_from=date.min, name="各地参数")
"""What holds where nobody stated a definition: it leaves everything to the parameters."""


@dataclass(frozen=True, slots=True)
class Applied:
    """How one question is measured. `rule` judges the area as a whole, by the main demand."""

    asked: Question
    values: Parameters
    definition: Definition
    outranked: tuple[Definition, ...]
    others: tuple[Definition, ...]
    first_regular_on: date | None
    cut_off: date
    rule: Rule
    main: Demand
    demands: tuple[Demand, ...]

    def counted_on(self, on: date) -> Question:
        """The question for exactly the money the definition counts on a day."""
        regular = regular_counts(self.definition, self.asked.fund_year, on, self.first_regular_on)
        return replace(self.asked, as_of=on, batch=counted_batch(self.asked, regular))

    @property
    def question(self) -> Question:
        return self.counted_on(self.asked.as_of)

    @property
    def left_out(self) -> Question | None:
        """The question for the money asked about that the definition does not count, or not yet."""
        narrowed = self.asked.batch is None and self.question.batch is not None
        return replace(self.asked, batch="regular") if narrowed else None

    @property
    def counts(self) -> bool:
        """Whether the definition counts the money asked about at all; nothing is judged where it does not."""
        return self._counts_on(self.asked.as_of)

    @property
    def past_days(self) -> list[date]:
        """Due days that passed: their demands are judged by the money as it stood then."""
        return sorted({demand.due_on for demand in self.demands if demand.due_on < self.asked.as_of})

    def judged(self, by_day: Mapping[date, Totals]) -> list[Judged]:
        """Every demand judged. `by_day`: the counted money on the day asked about and on each of `past_days`."""
        found = []
        for demand in self.demands:
            on = min(self.asked.as_of, demand.due_on)
            rule = replace(self.rule, cut_off=self.cut_off)
            totals = by_day[on] if self._counts_on(on) else Totals()
            found.append(judge(demand, totals, self.asked.fund_year, self.asked.as_of, rule))
        return found

    def _counts_on(self, on: date) -> bool:
        regular = regular_counts(self.definition, self.asked.fund_year, on, self.first_regular_on)
        return regular or self.asked.batch != "regular"


def asked_of(question: Question, source_level: str | None) -> Asked:
    """The money a question is about. `source_level`: the level the kind comes from, where one kind is asked for."""
    return Asked(
        area=question.area,
        fund_year=question.fund_year,
        on=question.as_of,
        fund_kind=question.fund_kind,
        source_level=source_level,
        batch=question.batch,
        known_until=question.known_until,
    )


def choose(definitions: Sequence[Definition], asked: Asked) -> list[Definition]:
    """All that fit, the one that holds first; `NONE` when nobody stated any."""
    return resolve(definitions, asked) or [NONE]


def others_of(definitions: Iterable[Definition], asked: Asked, chosen: Definition) -> tuple[Definition, ...]:
    """Definitions that would hold for a part of the money asked about, were it asked for alone."""
    found = [
        item
        for item in definitions
        if item.rank > chosen.rank and not fits(item, asked) and fits(item, _narrowed(asked, item))
    ]
    return tuple(sorted(found, key=lambda item: item.id))


def _narrowed(asked: Asked, item: Definition) -> Asked:
    return replace(
        asked,
        fund_kind=asked.fund_kind or item.fund_kind,
        source_level=asked.source_level or item.source_level,
        batch=asked.batch or item.batch,
    )


def apply(
    question: Question,
    chosen: Sequence[Definition],
    others: tuple[Definition, ...],
    thresholds: Mapping[int, Sequence[Threshold]],
    values: Parameters,
    first_regular_on: date | None,
) -> Applied:
    """Put the chosen definition (first of `chosen`) together with the parameters of the question's area and day, and
    with what those above it demand. `thresholds`: by definition."""
    definition = chosen[0]
    basis = _held(definition, definition.pace_basis, "pace_basis", values, question.area)
    ends, demands = demanded(question, chosen, thresholds, values, question.area)
    main = main_of(demands)
    assert main is not None
    rule = Rule(main.rate, main.due_on, basis, definition.counted)
    outranked = tuple(chosen[1:])
    return Applied(
        question, values, definition, outranked, others, first_regular_on, ends, rule, main, tuple(demands)
    )  # fmt: skip


def demanded(
    question: Question,
    chosen: Sequence[Definition],
    thresholds: Mapping[int, Sequence[Threshold]],
    values: Parameters,
    area: str,
) -> tuple[date, list[Demand]]:
    """The cut-off and the demands of the first of these definitions in an area, none milder than those above it."""
    definition, year = chosen[0], question.fund_year
    above = above_of(question, chosen, thresholds, values)
    ends = day_in(year, _held(definition, definition.cut_off, "cut_off", values, area))
    if above is not None:
        ends = min(ends, above[0])
    items = ordered(thresholds.get(definition.id, ()), question.as_of)
    own = [_demand(item, definition, year, ends, values, area) for item in items]
    if main_of(own) is None:
        own.insert(0, _demand(_by_parameter(definition), definition, year, ends, values, area))
    return ends, own if above is None else joined(own, above[1])


def above_of(
    question: Question, chosen: Sequence[Definition], thresholds: Mapping[int, Sequence[Threshold]], values: Parameters
) -> tuple[date, list[Demand]] | None:
    """What holds for the same money above the place of the first of these definitions, where the place is held by it.

    The nation's figures are a province's defaults, as with parameters (data/parameter_keys.csv).
    """
    place = chosen[0].division_code
    above = [item for item in chosen if rank_of(item.division_code) < rank_of(place)]
    if not above or level_of(place) == "province":
        return None
    return demanded(question, above, thresholds, values, ancestors_of(place)[-1])


def require_no_milder(own: Definition, items: Sequence[Threshold], above: tuple[date, list[Demand]]) -> None:
    """Refuse a definition that asks for less, or later, than what holds above it. Raises DefinitionMilder."""
    (ends, demands), year = above, own.year_from
    if own.cut_off is not None and day_in(year, own.cut_off) > ends:
        raise DefinitionMilder(pointer="/cut_off", due_on=ends.isoformat())
    last = day_in(year, own.cut_off) if own.cut_off is not None else ends
    for place, item in enumerate(items):
        if item.value is None:
            continue
        due_on = last if item.due_on is None else day_in(year, item.due_on)
        found = milder(Demand(item, item.value, item.source, due_on), demands)
        if found is not None:
            facts = {"value": found.value, "due_on": found.due_on.isoformat(), "source": found.source}
            raise DefinitionMilder(pointer=f"/thresholds/{place}", **facts)


def _held(definition: Definition, stated: str | None, key: str, values: Parameters, area: str) -> str:
    parameter = values.get(key, area).value
    if stated is None:
        return parameter
    if not _outranks(values.get(key, area), definition):
        return stated
    return min(stated, parameter) if key == "cut_off" and definition.division_code != NATION else parameter


def _outranks(parameter: Value, definition: Definition) -> bool:
    """Whether a parameter is of a smaller place than the definition."""
    return rank_of(parameter.division_code) > rank_of(definition.division_code)


def _by_parameter(definition: Definition) -> Threshold:
    return Threshold("year_end_rate", None, None, "", definition.valid_from)


def _demand(item: Threshold, definition: Definition, year: int, cut_off: date, values: Parameters, area: str) -> Demand:
    due_on = cut_off if item.due_on is None else day_in(year, item.due_on)
    if item.kind != "year_end_rate":
        return Demand(item, item.value or "1", item.source, due_on)
    target = values.get("spending_target", area)
    if item.value is None or (item.due_on is None and _wins(target, item.value, definition)):
        return Demand(item, target.value, target.source, due_on)
    return Demand(item, item.value, item.source, due_on)


def _wins(target: Value, stated: str, definition: Definition) -> bool:
    """Whether a parameter's target holds instead of a stated one: of a smaller place, and no milder."""
    stricter = Fraction(target.value) >= Fraction(stated) or definition.division_code == NATION
    return _outranks(target, definition) and stricter

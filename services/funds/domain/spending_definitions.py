"""What progress means for which money: definitions, which of them holds, and what may be entered.

Definitions are never overwritten. One is ended by a day and followed by another, or outranked by one of a higher
priority. Of those that fit a question the most specific wins: smallest place, then one that names the kind of money,
then the level, then the batch, then the highest priority. Two that would tie are refused at entry.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from services.funds.domain.divisions import NATION, lies_in, rank_of
from services.funds.domain.progress import Counted
from services.funds.domain.questions import Question
from services.funds.domain.refusals.definitions import (
    BackdatedBySuperior,
    DayOutsideFundYear,
    DefinitionCountsNothing,
    DefinitionEndsBeforeStart,
    DefinitionLevelWrong,
    DefinitionNotInForce,
    DefinitionOverlaps,
    DefinitionYearsWrong,
    EndOnlyEarlier,
    MakerWithdraws,
    NotADayOfTheYear,
    RegularEntryWrong,
)

Denominator = Literal["received", "allocated", "advance"]
LAST_DAY = date.max


@dataclass(frozen=True, slots=True)
class Definition:
    """How the progress of some money is counted. None: any kind, level, batch; or as the area's parameter says.

    `regular_from` (MM-DD) and `regular_after_days` (since the area's first regular receipt) say when the regular batch
    enters; with neither it counts at once.
    """

    id: int
    division_code: str
    year_from: int
    year_to: int | None
    valid_from: date
    name: str = ""
    source: str = ""
    valid_to: date | None = None
    fund_kind: str | None = None
    source_level: str | None = None
    batch: str | None = None
    priority: int = 0
    withheld_counts: bool = False
    denominator: Denominator = "received"
    regular_from: str | None = None
    regular_after_days: int | None = None
    cut_off: str | None = None
    pace_basis: str | None = None
    known_since: datetime | None = None
    """When it was decided; None when it came with the product."""
    end_known_since: datetime | None = None
    earlier_ends: tuple[tuple[date, datetime | None], ...] = ()
    """Ends set before the present one, each later than the next, and since when they were known."""

    @property
    def counted(self) -> Counted:
        return Counted(self.withheld_counts, "allocated" if self.denominator == "allocated" else "received")

    @property
    def general(self) -> bool:
        """Whether it is for all money of its place together."""
        return self.fund_kind is None and self.source_level is None and self.batch is None

    @property
    def rank(self) -> tuple[int, bool, bool, bool, int]:
        """Which of two that fit wins: the greater."""
        named = (self.fund_kind is not None, self.source_level is not None, self.batch is not None)
        return (rank_of(self.division_code), *named, self.priority)


@dataclass(frozen=True, slots=True)
class Asked:
    """The money and the day a definition is looked for."""

    area: str
    fund_year: int
    on: date
    fund_kind: str | None = None
    source_level: str | None = None
    batch: str | None = None
    known_until: datetime | None = None
    """As they were known before this moment; None: as they are known now."""


def fits(definition: Definition, asked: Asked) -> bool:
    """Whether a definition holds for this money on this day."""
    wanted = (
        (definition.fund_kind, asked.fund_kind),
        (definition.source_level, asked.source_level),
        (definition.batch, asked.batch),
    )
    return (
        lies_in(asked.area, definition.division_code)
        and definition.year_from <= asked.fund_year <= (definition.year_to or asked.fund_year)
        and definition.valid_from <= asked.on <= _last_day(definition, asked.known_until)
        and all(own is None or own == other for own, other in wanted)
        and _known(definition.known_since, asked.known_until)
    )


def _known(since: datetime | None, known_until: datetime | None) -> bool:
    return since is None or known_until is None or since < known_until


def _last_day(definition: Definition, known_until: datetime | None) -> date:
    if definition.valid_to is None:
        return LAST_DAY
    ends = [*definition.earlier_ends, (definition.valid_to, definition.end_known_since)]
    return next((last for last, since in reversed(ends) if _known(since, known_until)), LAST_DAY)


def resolve(definitions: Iterable[Definition], asked: Asked) -> list[Definition]:
    """All that fit, the one that holds first. Empty when none does."""
    fitting = [definition for definition in definitions if fits(definition, asked)]
    return sorted(fitting, key=lambda item: (item.rank, item.id), reverse=True)


def would_tie(one: Definition, other: Definition) -> bool:
    """Whether some question would find both with nothing to choose between them."""
    same = one.rank == other.rank and one.division_code == other.division_code
    money = (one.fund_kind, one.source_level, one.batch) == (other.fund_kind, other.source_level, other.batch)
    years = one.year_from <= (other.year_to or one.year_from) and other.year_from <= (one.year_to or other.year_from)
    days = one.valid_from <= (other.valid_to or LAST_DAY) and other.valid_from <= (one.valid_to or LAST_DAY)
    return same and money and years and days


def require_alone(new: Definition, others: Iterable[Definition]) -> None:
    """Refuse a definition that overlaps another. Raises DefinitionOverlaps with the other's id."""
    for other in others:
        if would_tie(new, other):
            raise DefinitionOverlaps(definition_id=other.id)


def require_sound(new: Definition, level_of_kind: str | None) -> None:
    """Refuse a definition that contradicts itself.

    Raises DefinitionYearsWrong, DefinitionLevelWrong, DefinitionCountsNothing, RegularEntryWrong.
    """
    if new.year_to is not None and new.year_to < new.year_from:
        raise DefinitionYearsWrong()
    if level_of_kind is not None and new.source_level not in (None, level_of_kind):
        raise DefinitionLevelWrong()
    if new.batch == "regular" and new.denominator == "advance":
        raise DefinitionCountsNothing()
    stated = [value for value in (new.regular_from, new.regular_after_days) if value is not None]
    if len(stated) > 1 or (stated and (new.batch is not None or new.denominator == "advance")):
        raise RegularEntryWrong()


def month_day_of(text: str | None, year_from: int, year_to: int | None, pointer: str) -> str | None:
    """MM-DD of a cut-off or due day, written so or, of one fund year, as a whole date.

    Raises NotADayOfTheYear (also for 29 February), DayOutsideFundYear.
    """
    if text is None:
        return None
    year, month_day = (text[:4], text[5:]) if len(text) == 10 else ("", text)
    try:
        date.fromisoformat(f"2001-{month_day}")
    except ValueError:
        raise NotADayOfTheYear(pointer=pointer) from None
    if year and (year_from, year_to) != (int(year), int(year)):
        raise DayOutsideFundYear(pointer=pointer)
    return month_day


def day_in(year: int, month_day: str) -> date:
    """A MM-DD of one year."""
    return date.fromisoformat(f"{year}-{month_day}")


def require_end(valid_from: date, valid_to: date | None, ends_on: date, today: date) -> None:
    """Refuse an end before the start, and any but an earlier one for an end that still lies ahead.

    Raises DefinitionNotInForce, DefinitionEndsBeforeStart, EndOnlyEarlier.
    """
    if valid_to is not None and valid_to <= today:
        raise DefinitionNotInForce()
    if ends_on < valid_from:
        raise DefinitionEndsBeforeStart(not_before=valid_from.isoformat())
    if valid_to is not None and ends_on >= valid_to:
        raise EndOnlyEarlier(valid_to=valid_to.isoformat())


def require_maker(person: str, maker: str) -> None:
    """Refuse to let anybody else take back what one stated. Raises MakerWithdraws."""
    if person != maker:
        raise MakerWithdraws()


def require_power(scope: tuple[str, ...], new: Definition, today: date) -> None:
    """Refuse to let a place change how it is judged for days or fund years gone by. Raises BackdatedBySuperior."""
    if new.valid_from < today or new.year_from < today.year:
        _require_above(scope, new.division_code)


def require_power_to_end(scope: tuple[str, ...], division_code: str, ends_on: date, today: date) -> None:
    """Refuse to let a place take back a definition for days gone by. Raises BackdatedBySuperior."""
    if ends_on < today:
        _require_above(scope, division_code)


def _require_above(scope: tuple[str, ...], division_code: str) -> None:
    if not any(area == NATION or (division_code.startswith(area) and area != division_code) for area in scope):
        raise BackdatedBySuperior()


def regular_counts(definition: Definition, fund_year: int, on: date, first_regular_on: date | None) -> bool:
    """Whether the regular batch has entered by the day. `first_regular_on`: the area's first receipt of it."""
    if definition.denominator == "advance":
        return False
    if definition.regular_from is not None:
        return on >= day_in(fund_year, definition.regular_from)
    if definition.regular_after_days is not None:
        return first_regular_on is not None and on >= first_regular_on + timedelta(days=definition.regular_after_days)
    return True


def counted_batch(question: Question, regular: bool) -> str | None:
    """The batch to ask the books for: the reader's, and the advance batch alone while the regular one is not in."""
    return question.batch if regular or question.batch is not None else "advance"

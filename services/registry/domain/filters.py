"""What lists of households and of people are narrowed to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

NATION = "00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """All that is given must hold; None leaves a filter out. Of a household, one member must meet what is said of
    people. Ages are full years; codes are those of the code lists."""

    area: str | None = None
    name: str | None = None
    """Part of a name in characters, two or more."""
    pinyin: str | None = None
    """How a name begins, in letters, with or without blanks between the syllables."""
    initials: str | None = None
    """How the initials of a name begin."""
    identity_index: bytes | None = None
    """The blind index of an identity number."""
    household_code: str | None = None
    """The household's number here, or the one it has in the national system."""
    status: str | None = None
    attribute: str | None = None
    main_cause: str | None = None
    cause: str | None = None
    """A cause of poverty, the main one or another."""
    key_group: str | None = None
    monitor_type: str | None = None
    housing_level: str | None = None
    safe_water: bool | None = None
    sex: str | None = None
    age_from: int | None = None
    age_to: int | None = None
    relation: str | None = None
    ethnicity: str | None = None
    education: str | None = None
    schooling: str | None = None
    labour: str | None = None
    left_behind: str | None = None
    dibao: bool | None = None
    tekun: bool | None = None
    health: str | None = None
    """Protected, as is disability_grade: whom a list by it names is known to be ill."""
    disability_grade: str | None = None

    def protected(self) -> list[str]:
        """The filters given whose outcome gives protected values away."""
        return [name for name in ("health", "disability_grade") if getattr(self, name) is not None]


def born_between(age_from: int | None, age_to: int | None, on: date) -> tuple[date | None, date | None]:
    """The first and the last birth date of people of these ages on a day; None where there is no bound."""
    last = None if age_from is None else _years_before(on, age_from)
    first = None
    if age_to is not None:
        day_too_early = _years_before(on, age_to + 1)
        first = date.fromordinal(day_too_early.toordinal() + 1)
    return first, last


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February of a year that has none
        return day.replace(year=day.year - years, day=28)


def ranges(scope: Iterable[str], area: str | None) -> list[tuple[str, str]]:
    """The division codes an actor of `scope` may be shown of `area`, as ranges from the first on and before the second.

    None at all when the area lies outside the scope.
    """
    wanted = NATION if area is None else area
    seen = [narrower for given in scope if (narrower := _narrower(given, wanted)) is not None]
    kept = [one for one in set(seen) if not any(one != other and holds(other, one) for other in seen)]
    return [("", ":") if code == NATION else (code, code + ":") for code in sorted(kept)]


def holds(area: str, code: str) -> bool:
    """Whether a division lies in an area, or is it."""
    return area == NATION or code.startswith(area)


def _narrower(one: str, other: str) -> str | None:
    if holds(one, other):
        return other
    return one if holds(other, one) else None

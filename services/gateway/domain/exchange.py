"""The catalogue of shared items, and what an application, a grant and a call must keep to: pure rules.

Items are shared without conditions, on conditions, or not at all (《政务数据共享条例》).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.gateway.domain.refusals import exchange as refusals

OUT, IN, NONE = "out", "in", "none"
UNCONDITIONAL, CONDITIONAL, NOT_SHARED = "unconditional", "conditional", "not_shared"
DIGITS_IN_LEVEL = {"nation": 2, "province": 2, "city": 4, "county": 6, "township": 9, "village": 12}
_NUMBERS = re.compile(r"[0-9]{6,}[0-9Xx]?", re.ASCII)
_BLANKS = re.compile(r"[\s\-_.·,\uff0c、]+")


@dataclass(frozen=True, slots=True)
class ItemField:
    name: str
    type: str
    zh: str
    personal: bool


@dataclass(frozen=True, slots=True)
class Item:
    """What may be shared, in which direction, by whom and on what conditions."""

    code: str
    zh: str
    en: str
    direction: str
    """`out`: departments read it; `in`: departments push lists; `none`: not shared."""
    service: str
    feed: str
    sharing: str
    owner_sector: str
    granularity: str
    rhythm: str
    purposes: tuple[str, ...]
    basis: str
    source: str
    fields: tuple[ItemField, ...]

    @property
    def personal(self) -> bool:
        return any(field.personal for field in self.fields)

    def names(self) -> frozenset[str]:
        return frozenset(field.name for field in self.fields)

    def personal_among(self, fields: Iterable[str]) -> bool:
        wanted = set(fields)
        return any(field.personal and field.name in wanted for field in self.fields)


@dataclass(frozen=True, slots=True)
class Asked:
    """An application as it came."""

    purpose: str
    legal_basis: str
    fields: Sequence[str]
    clear: bool
    division_code: str
    days: int


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant in force."""

    id: str
    client_id: str
    item: str
    purpose: str
    fields: tuple[str, ...]
    clear: bool
    division_code: str
    until: date
    rate_per_minute: int


def lies_in(area: str, division_code: str) -> bool:
    """Whether a division is the area or below it; 00 is the country."""
    return area == "00" or division_code.startswith(area)


def require_fitting(item: Item, asked: Asked, longest_days: int) -> None:
    """Refuse an application the item's conditions do not allow."""
    if item.sharing == NOT_SHARED:
        raise refusals.ItemNotShared()
    if not set(asked.fields) <= item.names():
        raise refusals.FieldUnknown()
    if item.purposes != ("any",) and asked.purpose not in item.purposes:
        raise refusals.PurposeNotAllowed(allowed=",".join(item.purposes))
    if item.sharing == CONDITIONAL and not asked.legal_basis.strip():
        raise refusals.BasisMissing()
    if asked.clear and not item.personal_among(asked.fields):
        raise refusals.ClearWithoutPersonalField()
    require_area(item, asked.division_code)
    if asked.days > longest_days:
        raise refusals.DaysTooMany(at_most=longest_days)


def require_area(item: Item, division_code: str) -> None:
    if division_code != "00" and len(division_code) > DIGITS_IN_LEVEL[item.granularity]:
        raise refusals.AreaTooSmall(smallest=item.granularity)


def require_no_wider(asked: Asked, fields: Sequence[str], clear: bool, division_code: str, days: int) -> None:
    """Refuse a decision that would give more than was asked for."""
    inside = lies_in(asked.division_code, division_code)
    if not set(fields) <= set(asked.fields) or (clear and not asked.clear) or not inside or days > asked.days:
        raise refusals.WiderThanAsked()


def chosen(grants: Sequence[Grant], wanted: str | None, purpose: str) -> Grant:
    """The grant a call is made under: the one named, or the only one that fits."""
    fitting = [grant for grant in grants if wanted in (None, grant.id) and purpose in ("", grant.purpose)]
    if not fitting:
        raise refusals.NotGranted()
    if len(fitting) > 1:
        raise refusals.GrantAmbiguous()
    return fitting[0]


def fields_of_call(grant: Grant, wanted: str | None) -> tuple[str, ...]:
    """The fields a call gets: those it names, all of the grant without; refused beyond the grant."""
    if wanted is None:
        return grant.fields
    named = tuple(dict.fromkeys(wanted.split(",")))
    if not set(named) <= set(grant.fields):
        raise refusals.NotGranted(pointer="/fields")
    return named


def area_of_call(grant: Grant, within: str | None) -> str:
    """The area a call gets: the grant's, or a part of it."""
    if within is None:
        return grant.division_code
    if not lies_in(grant.division_code, within):
        raise refusals.NotGranted(pointer="/within")
    return within


def require_no_value(reason: str) -> None:
    """Refuse a reason that repeats a number of a person: it would be kept where numbers are not."""
    if _NUMBERS.search(_BLANKS.sub("", reason)):
        raise refusals.ReasonHoldsValue()

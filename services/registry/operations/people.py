"""Lists and searches over everybody on a file: found in one statement, masked, noted before the answer leaves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from services.registry.domain import access_reasons, identity_numbers, masking
from services.registry.domain.code_lists import CODE_LISTS, label_of
from services.registry.domain.filters import Filters, holds, ranges
from services.registry.domain.identity_numbers import age_on, sex_of
from services.registry.domain.refusals import ListTooWide, ProtectedFilter, SortNeedsCounty
from services.registry.domain.refusals.people import VillageOutsideArea
from services.registry.operations.trail import Trail
from services.registry.storage import people as storage
from services.registry.storage.sealed_places import IDENTITY
from services.registry.storage.sealing import Seals
from shared.chassis import clock, paging
from shared.chassis.database import hurry, took_too_long
from shared.chassis.hot_reads import HotReads, Noted
from shared.chassis.identity import Actor
from shared.refusals import Refusal, Unavailable
from shared.schemas.registry_people import PeopleAsked, PeopleSearched

UNMASK = "household.unmask"
COUNTY_DIGITS = 6
_NOT_FILTERS = {"within", "village", "sort", "cursor", "limit", "count", "identity_number", "as_of", "group_by"}


def filters_of(asked: Any, actor: Actor, index: bytes | None = None) -> Filters:
    """What was asked, as filters. ProtectedFilter without the right to see what a filter gives away, and a refusal
    when no reason is given for seeing it."""
    stated = asked.model_dump(exclude=_NOT_FILTERS, exclude_none=True)
    if asked.village and asked.within and not holds(asked.within, asked.village):
        raise VillageOutsideArea()
    filters = Filters(area=asked.village or asked.within, identity_index=index, **stated)
    if filters.protected():
        require_unmasking(actor, ProtectedFilter())
    return filters


def require_unmasking(actor: Actor, otherwise: Refusal) -> None:
    """The refusal without the right to see protected values, and one of the reason when none is given for it."""
    if not actor.may(UNMASK):
        raise otherwise
    broken = access_reasons.fault_of(actor.purpose)
    if broken is not None:
        raise broken()


def noted_as(action: str, actor: Actor, filters: Filters) -> Noted:
    """A list by a protected fact shows that fact of everybody on it."""
    shown = filters.protected()
    if not shown:
        return Noted(actor, action)
    return Noted(actor, action, "clear", {"permission": UNMASK, "shown": shown})


async def list_people(reads: HotReads, trail: Trail, seals: Seals, asked: PeopleAsked) -> dict[str, Any]:
    """A page of people of the actor's scope, as the members of `Page[PersonLine]`."""
    return await _page(reads, trail, seals, asked, filters_of(asked, trail.actor), "person.list")


async def search(reads: HotReads, trail: Trail, seals: Seals, asked: PeopleSearched) -> dict[str, Any]:
    """As list_people, also by identity number."""
    index = None
    if asked.identity_number is not None:
        broken = identity_numbers.fault_of(asked.identity_number, clock.office_today())
        if broken is not None:
            raise broken(pointer="/identity_number")
        index = seals.index(asked.identity_number)
    return await _page(reads, trail, seals, asked, filters_of(asked, trail.actor, index), "person.search")


async def _page(
    reads: HotReads, trail: Trail, seals: Seals, asked: PeopleAsked, filters: Filters, action: str
) -> dict[str, Any]:
    today, limit, actor = clock.office_today(), asked.limit, trail.actor
    if asked.sort == "name":
        _require_county(actor, filters)
    after = _after(asked)
    counted = None
    with narrow_enough(actor, filters):
        rows = await storage.page(reads, noted_as(action, actor, filters), filters, asked.sort, after, limit, today)
        if asked.count is not None:
            counting = storage.count if asked.count == "exact" else storage.estimate
            async with trail.database.session(read_only=True, areas=actor.scope) as session:
                await hurry(session)
                counted = await counting(session, actor, filters, today)
    more = len(rows) > limit
    ids, page = [str(person_id) for person_id, _ in rows[:limit]], [facts for _, facts in rows[:limit]]
    numbers = seals.open_many([facts[storage.SEALED] for facts in page], IDENTITY, ids)
    items = [_line(*one, today) for one in zip(ids, numbers, page, strict=True)]
    return {"items": items, "next_cursor": _cursor(*rows[limit - 1], asked.sort) if more else None, "count": counted}


def _require_county(actor: Actor, filters: Filters) -> None:
    """An index serves the order by village; by name, the people of the area are sorted, so it must not be large."""
    if not _in_one_county(actor, filters):
        raise SortNeedsCounty()


def _in_one_county(actor: Actor, filters: Filters) -> bool:
    spans = ranges(actor.scope, filters.area)
    return len({first[:COUNTY_DIGITS] for first, _ in spans}) <= 1 and all(len(at) >= COUNTY_DIGITS for at, _ in spans)


@contextmanager
def narrow_enough(actor: Actor, filters: Filters) -> Iterator[None]:
    """ListTooWide for what is not found in time in more than a county: no index serves every fact, and where hardly
    anybody has one, the whole of a province is looked through."""
    try:
        yield
    except (Unavailable, DBAPIError) as error:
        if took_too_long(error) and not _in_one_county(actor, filters):
            raise ListTooWide() from error
        raise


def _after(asked: PeopleAsked) -> tuple[Any, ...] | None:
    kinds = (str, str) if asked.sort == "village" else (str, str, str)
    key = paging.decode(asked.cursor, *kinds)
    return None if key is None else (*key[:-1], paging.id_of(key[-1]))


def _cursor(person_id: UUID, facts: list[str], sort: str) -> str:
    key = facts[:1] if sort == "village" else facts[-2:]
    return paging.encode(*key, str(person_id))


def _line(person_id: str, number: str, facts: list[str], today: date) -> dict[str, Any]:
    """The members of a PersonLine. Made without the model, which test_people holds it to."""
    (
        village_code, _, relation, ethnicity, education, schooling, labour, left_behind, dibao, tekun,
        household_id, household_no, status, attribute, main_cause, monitor_type, key_groups, *_, name,
    ) = facts  # fmt: skip
    return {
        "id": person_id,
        "household_id": household_id,
        "household_no": household_no,
        "village_code": village_code,
        "name": name,
        "identity_number_masked": masking.identity_number(number),
        "sex": _SEX[sex_of(number)],
        "age": _age(number[6:14], today),
        "relation": _RELATION[relation],
        "ethnicity": _ETHNICITY[ethnicity],
        "education": _EDUCATION[education],
        "schooling": _SCHOOLING[schooling],
        "labour": _LABOUR[labour],
        "left_behind": _LEFT_BEHIND[left_behind],
        "dibao": _FLAG[dibao],
        "tekun": _FLAG[tekun],
        "status": status,
        "attribute": _ATTRIBUTE[attribute],
        "main_cause": _CAUSE[main_cause],
        "key_groups": [_KEY_GROUP[code] for code in key_groups.split()],
        "monitor_type": _MONITOR_TYPE[monitor_type],
    }


@lru_cache(maxsize=50_000)
def _age(birth: str, today: date) -> int:
    """The age of whoever has these digits of a birth date in the number: most of them come again and again."""
    return age_on(date.fromisoformat(birth), today)


class _Shown(dict[str, dict[str, str] | None]):
    """The codes of a list as lines show them; what is not stated, the empty text, is null."""

    def __init__(self, name: str) -> None:
        super().__init__({one.code: {"code": one.code, "label": one.label} for one in CODE_LISTS[name].values})
        self[""] = None
        self._name = name

    def __missing__(self, code: str) -> dict[str, str]:
        return {"code": code, "label": label_of(self._name, code)}


_SEX, _RELATION, _ETHNICITY = _Shown("sex"), _Shown("relation_to_head"), _Shown("ethnicity")
_EDUCATION, _SCHOOLING = _Shown("education"), _Shown("student_status")
_LABOUR, _LEFT_BEHIND = _Shown("labour"), _Shown("left_behind")
_ATTRIBUTE, _CAUSE = _Shown("household_attribute"), _Shown("poverty_cause")
_KEY_GROUP, _MONITOR_TYPE = _Shown("key_group"), _Shown("monitor_type")
_FLAG = {"true": True, "false": False, "": None}

"""Lists and searches over everybody on a file: found in one statement, masked, noted before the answer leaves."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.registry.domain import access_reasons, identity_numbers, masking
from services.registry.domain.code_lists import CODE_LISTS, label_of
from services.registry.domain.filters import Filters, ranges
from services.registry.domain.identity_numbers import age_on
from services.registry.domain.refusals import ProtectedFilter, SortNeedsCounty
from services.registry.operations.trail import Trail
from services.registry.storage import people as storage
from services.registry.storage.sealing import Seals, identity_of
from shared.chassis import clock, paging
from shared.chassis.hot_reads import HotReads, Noted
from shared.chassis.identity import Actor
from shared.schemas.registry_people import PeopleAsked, PeopleSearched

UNMASK = "household.unmask"
COUNTY_DIGITS = 6
_LABELS = {
    name: {value.code: {"code": value.code, "label": value.label} for value in codes.values}
    for name, codes in CODE_LISTS.items()
}
_NOT_FILTERS = {"within", "village", "sort", "cursor", "limit", "count", "identity_number", "as_of", "group_by"}


def filters_of(asked: Any, actor: Actor, index: bytes | None = None) -> Filters:
    """What was asked, as filters. ProtectedFilter without the right to see what a filter gives away, and a refusal
    when no reason is given for seeing it."""
    stated = asked.model_dump(exclude=_NOT_FILTERS, exclude_none=True)
    filters = Filters(area=asked.village or asked.within, identity_index=index, **stated)
    if filters.protected():
        if not actor.may(UNMASK):
            raise ProtectedFilter()
        broken = access_reasons.fault_of(actor.purpose)
        if broken is not None:
            raise broken()
    return filters


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
    if asked.count is not None:
        counting = storage.count if asked.count == "exact" else storage.estimate
        async with trail.database.session(read_only=True, areas=actor.scope) as session:
            counted = await counting(session, actor, filters, today)
    rows = await storage.page(reads, noted_as(action, actor, filters), filters, asked.sort, after, limit, today)
    more = len(rows) > limit
    items = [_line(row, seals, today) for row in rows[:limit]]
    return {"items": items, "next_cursor": _cursor(rows[limit - 1], asked.sort) if more else None, "count": counted}


def _require_county(actor: Actor, filters: Filters) -> None:
    """An index serves the order by village; by name, the people of the area are sorted, so it must not be large."""
    spans = ranges(actor.scope, filters.area)
    if len({first[:COUNTY_DIGITS] for first, _ in spans}) > 1 or any(len(first) < COUNTY_DIGITS for first, _ in spans):
        raise SortNeedsCounty()


def _after(asked: PeopleAsked) -> tuple[Any, ...] | None:
    kinds = (str, str) if asked.sort == "village" else (str, str, str)
    key = paging.decode(asked.cursor, *kinds)
    return None if key is None else (*key[:-1], paging.id_of(key[-1]))


def _cursor(row: Any, sort: str) -> str:
    if sort == "village":
        return paging.encode(row["village_code"], str(row["id"]))
    return paging.encode(row["name_pinyin"], row["name"], str(row["id"]))


def _line(row: Any, seals: Seals, today: date) -> dict[str, Any]:
    """The members of a PersonLine. Made without the model, which test_people holds it to."""
    (
        household_id, sealed, sex, birth_date, relation, ethnicity, education, schooling, labour, left_behind, dibao,
        tekun,
    ) = row["person"].split(storage.SEPARATOR)  # fmt: skip
    household_no, status, attribute, main_cause, monitor_type, key_groups = row["household"].split(storage.SEPARATOR)
    return {
        "id": str(row["id"]),
        "household_id": household_id,
        "household_no": household_no,
        "village_code": row["village_code"],
        "name": row["name"],
        "identity_number_masked": masking.identity_number(seals.open(sealed, identity_of(row["id"]))),
        "sex": _coded("sex", sex),
        "age": age_on(date.fromisoformat(birth_date), today),
        "relation": _coded("relation_to_head", relation),
        "ethnicity": _coded("ethnicity", ethnicity),
        "education": _coded("education", education),
        "schooling": _coded("student_status", schooling),
        "labour": _coded("labour", labour),
        "left_behind": _coded("left_behind", left_behind),
        "dibao": _flag(dibao),
        "tekun": _flag(tekun),
        "status": status,
        "attribute": _coded("household_attribute", attribute),
        "main_cause": _coded("poverty_cause", main_cause),
        "key_groups": [_coded("key_group", code) for code in key_groups.split()],
        "monitor_type": _coded("monitor_type", monitor_type),
    }


def _coded(name: str, code: str) -> dict[str, str] | None:
    if not code:
        return None
    return _LABELS[name].get(code) or {"code": code, "label": label_of(name, code)}


def _flag(text: str) -> bool | None:
    return text == "true" if text else None

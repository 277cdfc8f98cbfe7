"""Natural changes for tests: their bodies, the people who record them, and what must come of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.chassis.identity import Actor
from tests.services.registry.lists import registered
from tests.services.registry.people import (
    COUNTY,
    VILLAGE,
    county_officer,
    days_ago,
    household,
    number,
    open_household,
    person,
    recorder,
    township_officer,
)
from tests.support.harness import Harness

CHANGES = "/api/v1/registry/natural-changes"
HOUSEHOLDS = "/api/v1/registry/households"
RIGHTS = ("natural_change.read", "natural_change.write", "natural_change.accept")


def clerk(village: str = VILLAGE, person: str | None = None, *more: str) -> Actor:
    """A village recorder with the rights of natural change."""
    return recorder(*RIGHTS, *more, village=village, person=person)


def officer(township: str, person: str | None = None) -> Actor:
    return township_officer(*RIGHTS, township=township, person=person)


def county(person: str | None = None) -> Actor:
    return county_officer("natural_change.read", "natural_change.decide_county", county=COUNTY, person=person)


def event(file: dict[str, Any], **other: Any) -> dict[str, Any]:
    """What every event states, of a file as it was read."""
    paper = {"sha256": "b" * 64, "title": "村委会证明"}
    return {"household_id": file["id"], "on": days_ago(1), "reason": "据实办理", "paper": paper} | other


def newborn(on: str, relation: str = "daughter", sex: str = "2") -> dict[str, Any]:
    """A child born on a day."""
    return person(relation, 0, sex, identity_number=number(date.fromisoformat(on), sex), name="张新")


def related(*pairs: tuple[dict[str, Any], str]) -> list[dict[str, str]]:
    """Relations to the head, by person of a file."""
    return [{"member_id": one["id"], "relation": relation} for one, relation in pairs]


def facts(**other: Any) -> dict[str, Any]:
    """What a household states of itself, without its people."""
    return {name: value for name, value in household(**other).items() if name != "members"}


async def post(registry: Harness, path: str, body: Any, version: int | None = None, who: Actor | None = None) -> Any:
    """Record an event (or a decision on one) from the version of its file."""
    headers = {} if version is None else {"if-match": f'"{version}"'}
    async with registry.as_(who or clerk()) as client:
        return await client.post(f"{CHANGES}/{path}", json=body, headers=headers)


async def done(registry: Harness, path: str, body: Any, version: int | None = None, who: Actor | None = None) -> Any:
    """As post, and it must succeed."""
    answer = await post(registry, path, body, version, who)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def read(registry: Harness, file: dict[str, Any] | str, who: Actor | None = None) -> dict[str, Any]:
    """A file as it stands."""
    household_id = file if isinstance(file, str) else file["id"]
    async with registry.as_(who or county_officer()) as client:
        answer = await client.get(f"{HOUSEHOLDS}/{household_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def history(registry: Harness, file: dict[str, Any]) -> list[dict[str, Any]]:
    async with registry.as_(county_officer()) as client:
        events: list[dict[str, Any]] = (await client.get(f"{HOUSEHOLDS}/{file['id']}/history")).json()["events"]
    return events


async def on_register(registry: Harness, **other: Any) -> dict[str, Any]:
    """A registered file as it is read."""
    opened = await open_household(registry, **other)
    await registered(registry, opened)
    return await read(registry, opened)


async def refused(registry: Harness, owner: Any, path: str, body: Any, version: int, code: str, pointer: str) -> None:
    """Recording this is refused by its rule at its field, and nothing is written anywhere."""
    before = await state(owner)
    answer = await post(registry, path, body, version)
    assert (answer.status_code // 100, answer.json()["code"]) == (4, code), answer.text
    if pointer:
        assert answer.json()["errors"][0]["pointer"] == pointer, answer.text
    assert await state(owner) == before


async def state(owner: Any) -> list[Any]:
    """Everything natural change may write."""
    tables = (
        "households", "household_members", "household_versions", "household_events", "natural_changes",
        "natural_change_decisions", "member_absences",
    )  # fmt: skip
    return [await owner.fetch(f"select t::text from {name} t order by 1") for name in tables]


def relations(file: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["name"], one["relation"]["code"]) for one in file["members"]]

"""Identification for tests: take a village's list as far as a test needs it."""

from __future__ import annotations

from typing import Any

from shared.chassis.identity import Actor
from tests.services.registry.people import (
    VILLAGE,
    county_officer,
    days_ago,
    open_household,
    recorder,
    township_officer,
)
from tests.support.harness import Harness

LISTS = "/api/v1/registry/identifications"
PAPER = "a" * 64
MEETING = {
    "held_on": days_ago(20),
    "place": "村部",
    "present": 20,
    "entitled": 30,
    "votes_for": 15,
    "votes_against": 5,
    "chair": "王主任",
    "paper_sha256": PAPER,
}
APPROVE = {"outcome": "approve", "opinion": "同意"}
RETURN = {"outcome": "return", "opinion": "材料不全"}


def notice(days: int = 7) -> dict[str, str]:
    """A notice posted so many days ago."""
    return {"posted_on": days_ago(days), "place": "村务公开栏", "paper_sha256": PAPER}


async def post(registry: Harness, who: Actor, path: str, body: Any) -> Any:
    async with registry.as_(who) as client:
        return await client.post(f"{LISTS}{path}", json=body)


async def done(registry: Harness, who: Actor, path: str, body: Any) -> dict[str, Any]:
    """Do a step that must succeed."""
    answer = await post(registry, who, path, body)
    assert answer.status_code in (200, 201), answer.text
    result: dict[str, Any] = answer.json()
    return result


async def proposed(
    registry: Harness, *households: dict[str, Any], who: Actor | None = None, village: str = VILLAGE
) -> dict[str, Any]:
    """A list of these households (by default one fresh household)."""
    ids = [row["id"] for row in households] or [(await open_household(registry, village=village))["id"]]
    body = {"village_code": village, "year": 2026, "household_ids": ids}
    return await done(registry, who or recorder(village=village), "", body)


async def noticed(registry: Harness, *households: dict[str, Any], days: int = 7) -> dict[str, Any]:
    """A list whose notice was posted so many days ago."""
    listed = await proposed(registry, *households)
    await done(registry, recorder(), f"/{listed['id']}/meeting", MEETING)
    return await done(registry, recorder(), f"/{listed['id']}/notice", notice(days))


async def registered(registry: Harness, *households: dict[str, Any]) -> dict[str, Any]:
    """A list taken to the register."""
    listed = await noticed(registry, *households)
    await done(registry, township_officer(), f"/{listed['id']}/township-decision", APPROVE)
    return await done(registry, county_officer(), f"/{listed['id']}/county-decision", APPROVE)

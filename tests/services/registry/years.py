"""Closed years for tests: files opened long ago, a year closed, a correction asked for."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from services.registry.operations import year_closings
from shared.chassis.clock import office_today
from shared.chassis.identity import Actor
from tests.services.registry.people import COUNTY, county_officer
from tests.support.harness import Harness, actor

YEARS = "/api/v1/registry/register-years"
CORRECTIONS = "/api/v1/registry/corrections"
LAST_YEAR = office_today().year - 1
IN_LAST_YEAR = date(LAST_YEAR, 6, 1).isoformat()
PAPER = "b" * 64


def closer(person: str | None = None) -> Actor:
    """A county officer who closes years and asks for corrections."""
    return county_officer(
        "register_year.read", "register_year.close", "correction.ask", "correction.read", person=person
    )


def city_officer(person: str | None = None, city: str = "3416") -> Actor:
    permissions = ("register_year.read", "correction.read", "correction.consent")
    return actor(*permissions, scope=(city,), person=person, office=f"{city}-aid", level="city")


async def age(owner: Any, day: date | None = None) -> None:
    """Let every file have been opened, and recorded, on a day of the year before last (or this day)."""
    day = day or date(LAST_YEAR - 1, 12, 31)
    await owner.execute("update households set opened_on = $1", day)
    await owner.execute("update household_versions set recorded_on = $1, true_from = $1", day)


async def close(registry: Harness, year: int = LAST_YEAR, who: Actor | None = None, code: str = COUNTY) -> Any:
    """Ask for the closing of a year; one that was taken on is carried out when this returns."""
    async with registry.as_(who or closer()) as client:
        answer = await client.post(f"{YEARS}/{year}/close", json={"division_code": code})
        if answer.status_code == 202:
            await carried_out(registry, year, code)
    return answer


async def carried_out(registry: Harness, year: int = LAST_YEAR, code: str = COUNTY) -> dict[str, Any]:
    """The year as listed when nothing is left to be carried out, beside the service's own background job."""
    for _ in range(200):
        await year_closings.run_one(registry.fastapi.state.database, "test")
        found = await listed(registry, year, code)
        if found["state"] != "closing":
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("the closing is not done")


async def listed(registry: Harness, year: int = LAST_YEAR, code: str = COUNTY) -> dict[str, Any]:
    async with registry.as_(actor("register_year.read", scope=("00",))) as client:
        years = (await client.get(YEARS, params={"within": code, "limit": 200})).json()["items"]
    found: dict[str, Any] = next(row for row in years if row["year"] == year)
    return found


async def closed(registry: Harness, owner: Any) -> None:
    """The files there are, opened in the year before last; that year and the last one closed."""
    await age(owner)
    for year in (LAST_YEAR - 1, LAST_YEAR):
        answer = await close(registry, year)
        assert answer.status_code == 202, answer.text
        assert (await listed(registry, year))["state"] == "closed"


async def closed_through_today(owner: Any, county: str = COUNTY) -> None:
    """The running year of a county, closed today."""
    today = office_today()
    await owner.execute(
        "insert into register_years (county_code, year, closed_through, closed_on, closed_at, closed_by,"
        " closed_person, closed_office) values ($1, $2, $3, $3, now(), 'closer', 'closer', 'office')",
        county, today.year, today,
    )  # fmt: skip


async def ask(registry: Harness, opened: dict[str, Any], change: dict[str, Any], **other: Any) -> Any:
    """Ask for a correction of last year; `who` and members of the request in `other`."""
    who = other.pop("who", None) or closer()
    body = {
        "household_id": opened["id"],
        "version": opened["version"],
        "year": LAST_YEAR,
        "change": {"true_from": IN_LAST_YEAR} | change,
        "reason": "入户核查更正",
        "paper_sha256": PAPER,
    }
    async with registry.as_(who) as client:
        return await client.post(CORRECTIONS, json=body | other)


async def decide(registry: Harness, correction: str, who: Actor | None = None, outcome: str = "consent") -> Any:
    async with registry.as_(who or city_officer()) as client:
        body = {"outcome": outcome, "opinion": "情况属实"}
        return await client.post(f"{CORRECTIONS}/{correction}/decision", json=body)

"""Journeys that read what a test of the registry made, and those whose own tests count every reading."""

from __future__ import annotations

from typing import Any

from tests.services.registry.api import test_household_exports, test_import_layouts, test_quality
from tests.services.registry.api.test_comparisons import DOUBTS, LISTS, batch, department
from tests.services.registry.lists import LISTS as IDENTIFICATIONS
from tests.services.registry.lists import proposed
from tests.services.registry.people import county_officer, open_household, person, recorder
from tests.services.registry.registering import registered
from tests.support.harness import Harness

REGISTRY = "/api/v1/registry"


async def _page(registry: Harness, who: Any, path: str) -> list[dict[str, Any]]:
    async with registry.as_(who) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    assert found
    return found


async def somebody_is_searched_by_their_number(county: Harness) -> None:
    head = person()
    await open_household(county, members=[head])
    async with county.as_(recorder()) as client:
        for what in ("households", "people"):
            asked = {"identity_number": head["identity_number"]}
            found = await client.post(f"{REGISTRY}/{what}/search", json=asked)
            assert len(found.json()["items"]) == 1, found.text


async def a_list_of_households_is_looked_up(county: Harness) -> None:
    listed = await proposed(county, await open_household(county))
    await _page(county, county_officer(), IDENTIFICATIONS)
    async with county.as_(county_officer()) as client:
        assert (await client.get(f"{IDENTIFICATIONS}/{listed['id']}")).status_code == 200


async def an_export_is_looked_up(county: Harness) -> None:
    await test_household_exports.test_a_workbook_has_no_formula_and_the_mark_in_its_properties(county)
    (one, *_) = await _page(county, test_household_exports.ASKER, f"{REGISTRY}/household-exports")
    async with county.as_(test_household_exports.ASKER) as client:
        assert (await client.get(f"{REGISTRY}/household-exports/{one['id']}")).status_code == 200


async def runs_of_checks_and_exemptions_are_listed(county: Harness, owner: Any) -> None:
    await test_quality.test_an_exemption_counts_apart_while_it_is_in_force_and_not_after(county, owner)
    for what in ("quality-runs", "quality-exemptions"):
        await _page(county, test_quality.OFFICER, f"{REGISTRY}/{what}")


async def what_happened_to_an_import_is_told(county: Harness) -> None:
    await test_import_layouts.test_the_list_of_2022_is_known_by_its_headers_and_a_village_by_its_name(county)
    (one, *_) = await _page(county, county_officer(), f"{REGISTRY}/household-imports")
    async with county.as_(county_officer()) as client:
        answer = await client.get(f"{REGISTRY}/household-imports/{one['id']}/events")
    assert answer.status_code == 200, answer.text


async def a_doubt_is_answered_and_closed(county: Harness, owner: Any) -> None:
    head = person()
    await registered(owner, (await open_household(county, members=[head]))["id"])
    async with county.as_(department()) as client:
        listed = (await client.post(LISTS, json=batch(head["identity_number"]))).json()
        for path in (f"/{listed['id']}", f"/{listed['id']}/outcomes"):
            assert (await client.get(LISTS + path)).status_code == 200
    officer = county_officer("comparison.read", "comparison.close")
    (one, *_) = await _page(county, officer, f"{REGISTRY}/comparisons")
    doubt = (await _page(county, officer, DOUBTS))[0]["id"]
    said = {"outcome": "refuted", "note": "本人健在"}
    async with county.as_(recorder("comparison.verify")) as client:
        assert (await client.post(f"{DOUBTS}/{doubt}/reply", json=said)).status_code == 200
    async with county.as_(officer) as client:
        assert (await client.get(f"{REGISTRY}/comparisons/{one['id']}")).status_code == 200
        assert (await client.post(f"{DOUBTS}/{doubt}/close", json=said)).status_code == 200

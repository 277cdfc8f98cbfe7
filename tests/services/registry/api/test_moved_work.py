"""What waits or stands open about a household that moved is with the offices of where it lives now."""

from __future__ import annotations

from typing import Any

from tests.services.registry.api.test_quality import TOWN, ask, exemption, get
from tests.services.registry.api.test_register_years_moved import moved
from tests.services.registry.people import (
    COUNTY,
    FOREIGN_VILLAGE,
    OTHER_VILLAGE,
    VILLAGE,
    county_officer,
    open_household,
)
from tests.support.harness import Harness, actor

FOREIGN_COUNTY, FOREIGN_TOWN = FOREIGN_VILLAGE[:6], FOREIGN_VILLAGE[:9]
GRANT = {"outcome": "grant", "opinion": "属实"}


def deciding(county: str) -> Any:
    return county_officer("quality.read", "quality.run", "quality.exempt_decide", county=county, person=county)


def reader(area: str) -> Any:
    return actor("quality.read", scope=(area,))


async def exemptions(registry: Harness, area: str, within: str | None = None) -> list[tuple[str, str]]:
    """State and village of the requests an office of the area sees."""
    narrowed = {} if within is None else {"within": within}
    items = (await get(registry, "/quality-exemptions", reader(area), **narrowed))["items"]
    return [(row["state"], row["village_code"]) for row in items]


async def test_a_request_for_an_exemption_goes_with_the_household_and_is_decided_where_it_lives_now(
    county: Harness,
) -> None:
    file = await open_household(county)
    asked = (await ask(county, TOWN, "POST", "/quality-exemptions", json=exemption(file["id"]))).json()
    await moved(county, file, FOREIGN_VILLAGE)
    waits = [("asked", FOREIGN_VILLAGE)]
    assert [await exemptions(county, area) for area in (VILLAGE, COUNTY, FOREIGN_VILLAGE, "00")] == [
        [], [], waits, waits,
    ]  # fmt: skip
    path = f"/quality-exemptions/{asked['id']}"
    there, here = deciding(FOREIGN_COUNTY), deciding(COUNTY)
    assert (await ask(county, here, "GET", path)).status_code == 404
    assert (await ask(county, here, "POST", f"{path}/decision", json=GRANT)).status_code == 404
    assert (await get(county, path, there))["village_code"] == FOREIGN_VILLAGE
    granted = await ask(county, there, "POST", f"{path}/decision", json=GRANT)
    assert (granted.status_code, granted.json()["state"]) == (201, "granted"), granted.text
    assert granted.json()["village_code"] == FOREIGN_VILLAGE


async def test_an_exemption_that_was_decided_is_read_by_who_decided_it_and_where_the_household_lives_now(
    county: Harness,
) -> None:
    file = await open_household(county)
    asked = (await ask(county, TOWN, "POST", "/quality-exemptions", json=exemption(file["id"]))).json()
    path = f"/quality-exemptions/{asked['id']}"
    assert (await ask(county, deciding(COUNTY), "POST", f"{path}/decision", json=GRANT)).status_code == 201
    await moved(county, file, FOREIGN_VILLAGE)
    assert await exemptions(county, COUNTY) == await exemptions(county, COUNTY, VILLAGE) == [("granted", VILLAGE)]
    assert (await get(county, path, reader(VILLAGE)))["village_code"] == VILLAGE
    for area in (FOREIGN_VILLAGE, "00"):
        assert await exemptions(county, area, FOREIGN_VILLAGE) == [("granted", FOREIGN_VILLAGE)]
    assert await exemptions(county, "00", COUNTY) == []
    assert await exemptions(county, "341622102") == []


async def test_a_household_that_moved_within_the_township_is_asked_for_in_its_new_village(county: Harness) -> None:
    file = await open_household(county)
    await ask(county, TOWN, "POST", "/quality-exemptions", json=exemption(file["id"]))
    await moved(county, file)
    assert await exemptions(county, VILLAGE) == []
    assert await exemptions(county, OTHER_VILLAGE) == [("asked", OTHER_VILLAGE)]
    assert await exemptions(county, COUNTY, VILLAGE) == []
    again = await ask(county, TOWN, "POST", "/quality-exemptions", json=exemption(file["id"]))
    assert again.json()["code"] == "registry.quality_exemption_pending"

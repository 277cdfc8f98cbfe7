"""The sign-in policy's numbers: dated, bounded, set by the nation's security administrator."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.chassis import clock
from tests.services.gateway.people import ADMIN, Town

PATH = "/api/v1/auth/parameters"


def body(**changes: Any) -> dict[str, Any]:
    today = clock.office_today().isoformat()
    return {"key": "session_hours", "value": 8, "valid_from": today, "source": "安全管理制度第三条"} | changes


async def watcher(town: Town) -> None:
    await town.office("00-security")
    await town.account("nation-watcher", "00-security", "security_admin")


async def test_a_new_value_closes_the_one_before_on_the_day_before(town: Town) -> None:
    await watcher(town)
    async with await town.as_("nation-watcher") as client:
        made = await client.post(PATH, json=body())
        assert made.status_code == 201, made.text
        rows = [row for row in (await client.get(PATH)).json()["items"] if row["key"] == "session_hours"]
    yesterday = (clock.office_today() - timedelta(days=1)).isoformat()
    assert [(row["value"], row["valid_to"]) for row in rows] == [(12, yesterday), (8, None)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key": "nothing"}, "gateway.parameter_unknown"),
        ({"value": 25}, "gateway.parameter_out_of_bounds"),
        ({"key": "access_token_minutes", "value": 16}, "gateway.parameter_out_of_bounds"),
        ({"key": "password_min_length", "value": 11}, "gateway.parameter_out_of_bounds"),
        ({"valid_from": "2021-01-01"}, "gateway.parameter_day_past"),
    ],
)
async def test_what_would_weaken_the_door_or_rewrite_the_past_is_refused(
    town: Town, changes: dict[str, Any], code: str
) -> None:
    await watcher(town)
    async with await town.as_("nation-watcher") as client:
        before = (await client.get(PATH)).json()
        answer = await client.post(PATH, json=body(**changes))
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert (await client.get(PATH)).json() == before


async def test_only_who_watches_over_the_whole_country_sets_them(town: Town) -> None:
    await town.county()
    await town.account("county-watcher", "341622-aid", "security_admin")
    for username, status in ((ADMIN, 403), ("county-watcher", 404)):
        async with await town.as_(username) as client:
            assert (await client.post(PATH, json=body())).status_code == status


async def test_the_lock_follows_the_parameter(town: Town) -> None:
    await watcher(town)
    async with await town.as_("nation-watcher") as client:
        assert (await client.post(PATH, json=body(key="lockout_failures", value=3))).status_code == 201
    for _ in range(3):
        await town.token(grant_type="password", username=ADMIN, password="guess guess guess")
    locked = await town.token(grant_type="password", username=ADMIN, password="Meng-cheng-7301!")
    assert locked.json()["error"] == "invalid_grant"

"""Offices are renamed, closed and taken over from; nothing of what they were is lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import text

from shared.chassis import clock
from tests.services.gateway.api.test_administration import refused
from tests.services.gateway.people import ADMIN, Town

OFFICES = "/api/v1/auth/offices"
SUCCESSIONS = "/api/v1/auth/office-successions"
OLD = "2020-01-01"
TABLES = ("offices", "office_versions", "office_successions", "office_succession_links", "account_versions", "accounts")

HISTORY = ("office_versions", "office_successions", "delegation_events", "handovers", "account_versions")


def day(number: int) -> str:
    return (clock.office_today() + timedelta(days=number)).isoformat()


async def state(town: Town) -> list[Any]:
    """Every row a reform writes: what a refusal must leave alone."""
    async with town.harness.app.state.database.session(read_only=True) as session:
        return [
            sorted(map(str, (await session.execute(text(f"select t::text from {table} t"))).scalars()))
            for table in TABLES
        ]


async def standing(town: Town, *codes: str, sector: str = "finance") -> None:
    for code in codes:
        assert (await town.office(code, sector, valid_from=OLD)).status_code == 201


async def reform(town: Town, kind: str, before: list[str], after: list[str], **more: Any) -> httpx.Response:
    by = more.pop("by", ADMIN)
    body = {
        "kind": kind, "predecessors": before, "successors": after, "effective_on": day(0), "reason": "机构改革",
        **more,
    }  # fmt: skip
    async with await town.as_(by) as admin:
        return await admin.post(SUCCESSIONS, json=body)


async def test_an_office_keeps_every_name_and_day_it_had(town: Town) -> None:
    await standing(town, "341622-aid", sector="aid")
    async with await town.as_(ADMIN) as admin:
        name = {"name": "蒙城县乡村振兴局", "reason": "更名"}
        assert (await admin.post(f"{OFFICES}/341622-aid/rename", json=name)).status_code == 428
        etag = (await admin.get(f"{OFFICES}/341622-aid")).headers["etag"]
        answers = await asyncio.gather(
            *(admin.post(f"{OFFICES}/341622-aid/rename", json=name, headers={"if-match": etag}) for _ in range(2))
        )
        assert sorted(answer.status_code for answer in answers) == [200, 412]
        match = {"if-match": '"2"'}
        early, late = ({"last_day": last, "reason": "撤销"} for last in ("2019-12-31", day(1)))
        before = await state(town)
        for wrong in (early, late):
            answer = await admin.post(f"{OFFICES}/341622-aid/close", json=wrong, headers=match)
            refused(answer, 422, "gateway.office_days_wrong", "/last_day")
        assert await state(town) == before
        closing = {"last_day": day(-1), "reason": "撤销"}
        done = await admin.post(f"{OFFICES}/341622-aid/close", json=closing, headers=match)
        assert (done.status_code, done.json()["valid_to"]) == (200, day(-1))
        again = await admin.post(f"{OFFICES}/341622-aid/close", json=closing, headers={"if-match": '"3"'})
        refused(again, 409, "gateway.office_closed")
        found = (await admin.get(f"{OFFICES}/341622-aid/history")).json()
    assert [(row["kind"], row["name"], row["valid_to"]) for row in found["versions"]] == [
        ("created", "机构 341622-aid", None),
        ("renamed", "蒙城县乡村振兴局", None),
        ("closed", "蒙城县乡村振兴局", day(-1)),
    ]
    refused(await town.account("late", "341622-aid", "county_aid_officer"), 409, "gateway.office_closed")


async def test_an_office_with_open_accounts_cannot_vanish(town: Town) -> None:
    await standing(town, "341622-finance")
    await town.account("clerk", "341622-finance", "county_finance_officer")
    before = await state(town)
    async with await town.as_(ADMIN) as admin:
        closing = {"last_day": day(0), "reason": "撤销"}
        answer = await admin.post(f"{OFFICES}/341622-finance/close", json=closing, headers={"if-match": '"1"'})
    refused(answer, 409, "gateway.office_in_use")
    assert await state(town) == before


async def test_a_merger_moves_accounts_with_their_versions_and_the_scope_follows_at_once(town: Town) -> None:
    await standing(town, "341622-finance", "341623-finance", "3416-finance")
    await town.account("clerk", "341622-finance", "county_finance_officer")
    gone = (await town.account("gone", "341623-finance", "helper")).json()["id"]
    async with await town.as_(ADMIN) as admin, await town.as_("clerk") as clerk:
        assert (await admin.post(f"/api/v1/auth/accounts/{gone}/disable", json={"reason": "x"})).status_code == 200
        assert (await clerk.get("/api/v1/auth/me")).json()["scope"] == ["341622"]
        account = (await clerk.get("/api/v1/auth/me")).json()["account"]
        place = {"account": account, "office": "3416-finance", "roles": ["city_officer"]}
        made = await reform(town, "merge", ["341622-finance", "341623-finance"], ["3416-finance"], accounts=[place])
        assert made.status_code == 201, made.text
        assert made.json()["moved"] == [
            {"account": account, "from_office": "341622-finance", "to_office": "3416-finance", "version": 2}
        ]
        me = (await clerk.get("/api/v1/auth/me")).json()
        assert (me["office"], me["scope"], me["roles"]) == ("3416-finance", ["3416"], ["city_officer"])
        assert me["offices_before"] == ["341622-finance", "341623-finance"]
        old = (await admin.get(f"{OFFICES}/341622-finance")).json()
        assert (old["name"], old["valid_to"]) == ("机构 341622-finance", day(-1))
        history = (await admin.get(f"{OFFICES}/3416-finance/history")).json()
        assert history["predecessors"] == ["341622-finance", "341623-finance"]
        listed = (await admin.get(SUCCESSIONS)).json()["items"]
        assert [row["kind"] for row in listed] == ["merge"]
        back = await admin.post(f"/api/v1/auth/accounts/{gone}/enable", json={"reason": "x"})
        refused(back, 409, "gateway.office_closed")
    async with town.harness.app.state.database.session(read_only=True) as session:
        query = "select office_code, roles from account_versions where account_id = :id order by version"
        kept = [tuple(row) for row in await session.execute(text(query), {"id": account})]
    assert kept == [("341622-finance", ["county_finance_officer"]), ("3416-finance", ["city_officer"])]


async def test_a_reform_that_does_not_fit_moves_nobody(town: Town) -> None:
    await standing(town, "341622-finance", "341622-treasury", "341622-budget")
    await standing(town, "341622106-office", sector="")
    assert (await town.office("341622-young", "finance")).status_code == 201
    clerk = (await town.account("clerk", "341622-finance", "county_finance_officer")).json()["id"]
    await town.account("county-admin", "341622-budget", "account_admin")
    before = await state(town)
    here, there, other = "341622-finance", "341622-treasury", "341622-budget"
    place = {"account": clerk, "office": there}
    cases: list[tuple[str, list[str], list[str], dict[str, Any], int, str]] = [
        ("merge", [here], [there, other], {}, 422, "succession_malformed"),
        ("split", [here, other], [there], {}, 422, "succession_malformed"),
        ("replace", [here], [here], {}, 422, "succession_malformed"),
        ("merge", [here, here], [there], {}, 422, "succession_malformed"),
        ("replace", [here], ["341622-absent"], {}, 422, "office_unknown"),
        ("replace", [here], [there], {"effective_on": day(1)}, 422, "succession_day_wrong"),
        ("replace", [here], [there], {"effective_on": OLD}, 422, "succession_day_wrong"),
        ("replace", [here], ["341622-young"], {"effective_on": day(-1)}, 422, "succession_day_wrong"),
        ("split", [here], [there, other], {}, 422, "succession_place_missing"),
        ("replace", [here], [there], {"accounts": [place, place]}, 422, "succession_place_wrong"),
        ("replace", [here], [there], {"accounts": [place | {"account": "nobody"}]}, 422, "succession_place_wrong"),
        ("replace", [here], [there], {"accounts": [place | {"office": other}]}, 422, "succession_place_wrong"),
        ("replace", [here], ["341622106-office"], {}, 422, "role_not_at_this_office"),
        ("replace", [other], [there], {"by": "county-admin"}, 422, "role_not_grantable"),
    ]  # fmt: skip
    for kind, old, new, more, status, code in cases:
        answer = await reform(town, kind, old, new, **more)
        refused(answer, status, f"gateway.{code}")
        assert await state(town) == before, code


async def test_of_two_reforms_of_one_office_at_once_exactly_one_is_carried_out(town: Town) -> None:
    await standing(town, "341622-finance", "341622-treasury", "341622-budget")
    await town.account("clerk", "341622-finance", "county_finance_officer")
    answers = await asyncio.gather(
        reform(town, "replace", ["341622-finance"], ["341622-treasury"]),
        reform(town, "replace", ["341622-finance"], ["341622-budget"]),
        town.account("newcomer", "341622-finance", "county_finance_officer"),
    )
    assert sorted(answer.status_code for answer in answers[:2]) == [201, 409]
    async with await town.as_(ADMIN) as admin:
        left = (await admin.get("/api/v1/auth/accounts", params={"office": "341622-finance"})).json()["items"]
    assert left == [], "nobody was put into an office while it was being closed"


async def test_the_history_of_offices_and_people_cannot_be_rewritten_by_the_service(town: Town) -> None:
    for table in HISTORY:
        for statement in (f"delete from {table}", f"update {table} set reason = reason"):
            with pytest.raises(Exception, match="permission denied"):
                async with town.harness.app.state.database.session() as session:
                    await session.execute(text(statement))

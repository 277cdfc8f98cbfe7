"""Data quality over HTTP: runs and what they keep, the trend, findings, exemptions, scope."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.registry.domain.quality_rules import ONLY_IN_RUNS
from services.registry.operations import quality_work
from shared.chassis.clock import office_today
from shared.chassis.identity import Actor
from tests.services.registry.people import (
    COUNTY,
    FOREIGN_VILLAGE,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    county_officer,
    days_ago,
    open_household,
    recorder,
    township_officer,
)
from tests.services.registry.quality_files import BASES, File, family, write
from tests.support.harness import Harness
from tests.support.resting import put_to_rest

BASE = "/api/v1/registry"
OFFICER = county_officer("quality.read", "quality.run", "quality.exempt_decide", person="county-1")
TOWN = township_officer("quality.read", "quality.run", "quality.exempt", person="town-1")
OTHER_TOWN_VILLAGE = "341622102200"
TOILET, FAR = "3_02_003", "5_14_007"


async def ask(registry: Harness, who: Actor, method: str, path: str, **more: Any) -> Any:
    async with registry.as_(who) as client:
        return await client.request(method, f"{BASE}{path}", **more)


async def get(registry: Harness, path: str, who: Actor = OFFICER, **params: Any) -> Any:
    answer = await ask(registry, who, "GET", path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def start(registry: Harness, area: str = COUNTY, who: Actor = OFFICER) -> Any:
    return await ask(registry, who, "POST", "/quality-runs", json={"division_code": area})


async def run(registry: Harness, area: str = COUNTY, who: Actor = OFFICER) -> dict[str, Any]:
    """A run carried out to its end, with its counts."""
    sent = await start(registry, area, who)
    assert sent.status_code == 202, sent.text
    state = registry.fastapi.state
    for _ in range(200):
        await quality_work.run_one(state.database, state.seals, "test")
        found: dict[str, Any] = await get(registry, f"/quality-runs/{sent.json()['id']}", who)
        if found["run"]["state"] in ("done", "failed"):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("the run does not end")


def broken(**facts: Any) -> File:
    """A household out of poverty with one fact wrong."""
    return File(BASES["out_of_poverty"] | facts)


def counts(found: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {row["rule"]: (row["found"], row["exempt"]) for row in found["rules"]}


async def change(owner: Any, file: File, **values: Any) -> None:
    for name, value in values.items():
        await owner.execute(f"update households set {name} = $1 where id = $2", value, file.id)


async def test_a_run_counts_by_rule_and_keeps_findings_until_they_are_gone(county: Harness, owner: Any) -> None:
    first, second = broken(toilet=None), broken(toilet=None, road_distance_km=Decimal(9))
    await write(county, [first, second, File(BASES["cleared"])])
    done = await run(county)
    assert done["run"] | {"state": "done", "households": 3, "people": 9, "found": 3, "parts_done": 1} == done["run"]
    assert counts(done) == {TOILET: (2, 0), FAR: (1, 0)}
    await owner.execute("update quality_findings set first_found_on = first_found_on - 10")
    await owner.execute("update quality_checked_villages set checked_on = checked_on - 10")
    await change(owner, first, toilet=True)
    again = await run(county)
    assert counts(again) == {TOILET: (1, 0), FAR: (1, 0)}
    still = (await get(county, "/quality-findings", rule=TOILET))["items"]
    assert [row["household_id"] for row in still] == [str(second.id)]
    assert (still[0]["first_found_on"], still[0]["last_found_on"]) == (days_ago(10), days_ago(0))
    gone = (await get(county, "/quality-findings", state="closed"))["items"]
    assert [(row["household_id"], row["last_found_on"], row["closed_on"]) for row in gone] == [
        (str(first.id), days_ago(10), days_ago(0))
    ]
    await change(owner, first, toilet=None)
    await run(county)
    rows = await owner.fetch("select closed_run from quality_findings where household_id = $1 order by id", first.id)
    assert [row[0] is None for row in rows] == [False, True]


async def test_the_trend_keeps_every_run_that_went_over_the_whole_area(county: Harness, owner: Any) -> None:
    here, there = broken(toilet=None), broken(toilet=None)
    there.village = OTHER_TOWN_VILLAGE
    await write(county, [here, there])
    first = await run(county)
    await change(owner, here, toilet=True)
    second = await run(county, TOWNSHIP)
    await change(owner, there, toilet=True)
    third = await run(county)
    whole = await get(county, "/quality-trend", division_code=COUNTY, rule=TOILET)
    assert [(p["run_id"], p["found"], p["people"]) for p in whole["points"]] == [
        (first["run"]["id"], 2, 6), (third["run"]["id"], 0, 6),
    ]  # fmt: skip
    town = await get(county, "/quality-trend", TOWN, division_code=TOWNSHIP)
    assert [(p["run_id"], p["found"], p["people"]) for p in town["points"]] == [
        (first["run"]["id"], 1, 3), (second["run"]["id"], 0, 3), (third["run"]["id"], 0, 3),
    ]  # fmt: skip
    outside = await ask(county, TOWN, "GET", "/quality-trend", params={"division_code": COUNTY})
    assert outside.status_code == 404


async def test_the_scoreboard_counts_files_without_a_finding_by_level(county: Harness) -> None:
    wrong, suspicious = broken(toilet=None), broken(road_distance_km=Decimal(9))
    suspicious.village = OTHER_VILLAGE
    elsewhere = File(BASES["out_of_poverty"], village=OTHER_TOWN_VILLAGE)
    await write(county, [wrong, suspicious, File(BASES["uncleared"]), elsewhere])
    await run(county)
    board = await get(county, "/quality-scoreboard", division_code=COUNTY)
    towns = {row["key"]: row for row in board["groups"]}
    town = towns[TOWNSHIP]
    assert (town["households"], town["without_finding"], town["with_refuse"]) == (3, 1, 0)
    assert (town["with_warn"], town["with_list"], town["label"]) == (1, 1, "甲镇")
    assert (towns["341622102"]["households"], towns["341622102"]["without_finding"]) == (1, 1)
    villages = (await get(county, "/quality-scoreboard", TOWN, division_code=TOWNSHIP))["groups"]
    assert [row["key"] for row in villages] == [VILLAGE, OTHER_VILLAGE]


async def test_one_run_of_an_area_at_a_time_also_when_four_ask_together(
    county: Harness, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_one = await put_to_rest(monkeypatch, quality_work)
    state = county.fastapi.state
    answers = await asyncio.gather(*(start(county) for _ in range(4)))
    accepted = [answer for answer in answers if answer.status_code == 202]
    refused = {answer.json()["code"] for answer in answers if answer.status_code != 202}
    assert len(accepted) == 1
    assert refused == {"registry.quality_run_underway"}
    assert await owner.fetchval("select count(*) from quality_runs") == 1
    await owner.execute("update quality_runs set state = 'running', worker = 'x', leased_until = now() + interval '1h'")
    below = await start(county, TOWNSHIP, TOWN)
    assert (below.status_code, below.json()["code"]) == (409, "registry.quality_run_underway")
    assert await run_one(state.database, state.seals, "second") is False


async def test_a_run_left_by_a_dead_worker_goes_on_behind_its_last_part_and_doubles_nothing(
    county: Harness, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_one = await put_to_rest(monkeypatch, quality_work)
    files = [broken(toilet=None) for _ in range(4)]
    for file in files[2:]:
        file.village = OTHER_TOWN_VILLAGE
    await write(county, files)
    check, calls = quality_work._check, 0

    async def dies(*arguments: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise SystemError("killed")
        await check(*arguments)

    monkeypatch.setattr(quality_work, "_check", dies)
    sent = (await start(county)).json()
    state = county.fastapi.state
    with pytest.raises(SystemError):
        await run_one(state.database, state.seals, "first")
    left = await owner.fetchrow("select state, parts_done, found, reached from quality_runs")
    assert tuple(left) == ("running", 1, 2, TOWNSHIP)
    assert await run_one(state.database, state.seals, "second") is False
    await owner.execute("update quality_runs set leased_until = now() - interval '1 second'")
    assert await run_one(state.database, state.seals, "second") is True
    done = await get(county, f"/quality-runs/{sent['id']}")
    assert (done["run"]["state"], done["run"]["parts_done"], done["run"]["households"]) == ("done", 2, 4)
    assert counts(done) == {TOILET: (4, 0)}
    assert await owner.fetchval("select count(*) from quality_findings") == 4


async def test_a_worker_whose_run_was_taken_over_writes_nothing_more(county: Harness) -> None:
    done = await run(county)
    state = county.fastapi.state
    late = quality_work.Run(state.database, state.seals, "late", UUID(done["run"]["id"]), COUNTY, "", office_today())
    with pytest.raises(quality_work.LeaseLost):
        await quality_work._check(late, TOWNSHIP, [])


async def test_nobody_sees_findings_runs_or_exemptions_of_another_area(county: Harness, owner: Any) -> None:
    await write(county, [broken(toilet=None)])
    done = await run(county)
    stranger = township_officer("quality.read", "quality.run", "quality.exempt", township="341622102")
    assert (await get(county, "/quality-findings", stranger))["items"] == []
    assert (await get(county, "/quality-runs", stranger))["items"] == []
    household = (await get(county, "/quality-findings"))["items"][0]["household_id"]
    for method, path, body in (
        ("GET", f"/quality-runs/{done['run']['id']}", None),
        ("GET", f"/households/{household}/quality", None),
        ("POST", "/quality-runs", {"division_code": TOWNSHIP}),
        ("POST", "/quality-exemptions", exemption(household)),
    ):
        answer = await ask(county, stranger, method, path, json=body)
        assert answer.status_code == 404, path
    assert await owner.fetchval("select count(*) from quality_exemptions") == 0
    unknown = await start(county, "341699")
    assert unknown.status_code == 404


async def test_findings_are_paged_filtered_masked_and_on_the_trail(county: Harness, owner: Any) -> None:
    uninsured = family()
    uninsured[1] |= {"serious_illness_insurance": None}
    await write(county, [broken(toilet=None), broken(toilet=None), File(BASES["out_of_poverty"], uninsured)])
    await run(county)
    first = await get(county, "/quality-findings", limit=2)
    rest = await get(county, "/quality-findings", limit=2, cursor=first["next_cursor"])
    items = [*first["items"], *rest["items"]]
    assert (len(items), rest["next_cursor"]) == (3, None)
    person = next(row for row in items if row["member_id"])
    assert (person["rule"], person["member_name"], person["level"]) == ("2_01_006", "李红", "warn")
    assert "*" * 11 in person["identity_number_masked"]
    assert len((await get(county, "/quality-findings", rule=TOILET))["items"]) == 2
    assert (await get(county, "/quality-findings", rule=TOILET, level="list"))["items"] == []
    assert (await get(county, "/quality-findings", within=OTHER_VILLAGE))["items"] == []
    unknown = await ask(county, OFFICER, "GET", "/quality-findings", params={"rule": "1_03_002"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "registry.quality_rule_unknown")
    trail = await owner.fetch("select subjects from read_trail where action = 'quality_finding.list'")
    assert len(trail) == 5


async def test_a_households_answer_asks_the_same_rules_now(county: Harness) -> None:
    file = broken(toilet=None)
    file.people[1] |= {"pension_insurance": None}
    await write(county, [file])
    answer = await get(county, f"/households/{file.id}/quality")
    assert [(row["rule"], row["member_name"]) for row in answer["findings"]] == [("2_01_007", "李红"), (TOILET, None)]
    assert set(answer["only_in_runs"]) == ONLY_IN_RUNS
    assert set(counts(await run(county))) == {"2_01_007", TOILET}


async def test_a_household_of_the_register_is_asked_as_it_was_sent_in(county: Harness) -> None:
    opened = await open_household(county, household_type="out_of_poverty", toilet=None)
    found = {row["rule"] for row in (await get(county, f"/households/{opened['id']}/quality"))["findings"]}
    assert {TOILET, "3_02_004", "2_01_006"} <= found
    assert not found & {"2_01_002", "3_02_012", "1_01_003"}


def exemption(household_id: Any, days: int = 30, **other: Any) -> dict[str, Any]:
    until = (office_today() + timedelta(days=days)).isoformat()
    stated = {"rule": TOILET, "household_id": str(household_id), "reason": "住在敬老院,户内不建厕所"}
    return stated | {"paper_sha256": "a" * 64, "until": until} | other


async def test_an_exemption_counts_apart_while_it_is_in_force_and_not_after(county: Harness, owner: Any) -> None:
    file = broken(toilet=None)
    await write(county, [file])
    await run(county)
    asked = await ask(county, TOWN, "POST", "/quality-exemptions", json=exemption(file.id))
    assert (asked.status_code, asked.json()["state"]) == (201, "asked")
    assert counts(await run(county)) == {TOILET: (1, 0)}
    path = f"/quality-exemptions/{asked.json()['id']}"
    granted = await ask(county, OFFICER, "POST", f"{path}/decision", json={"outcome": "grant", "opinion": "属实"})
    assert (granted.status_code, granted.json()["state"]) == (201, "granted")
    shown = (await get(county, "/quality-findings"))["items"][0]
    assert (shown["exempt"], shown["exempt_until"]) == (True, exemption(file.id)["until"])
    assert (await get(county, "/quality-findings", exempt="false"))["items"] == []
    assert (await get(county, f"/households/{file.id}/quality"))["findings"][0]["exempt"] is True
    assert counts(await run(county)) == {TOILET: (1, 1)}
    board = (await get(county, "/quality-scoreboard", division_code=COUNTY))["groups"][0]
    assert board["without_finding"] == 1
    await owner.execute("update quality_exemptions set until = $1", office_today() - timedelta(days=1))
    assert (await get(county, path))["state"] == "ended"
    assert (await get(county, "/quality-findings"))["items"][0]["exempt"] is False
    assert counts(await run(county)) == {TOILET: (1, 0)}


async def test_an_exemption_is_decided_once_by_the_county_and_by_another_person(county: Harness, owner: Any) -> None:
    file = broken(toilet=None)
    await write(county, [file])
    asked = (await ask(county, TOWN, "POST", "/quality-exemptions", json=exemption(file.id))).json()
    path, body = f"/quality-exemptions/{asked['id']}/decision", {"outcome": "grant", "opinion": "属实"}
    own = county_officer("quality.exempt_decide", person="town-1")
    lower = township_officer("quality.exempt_decide")
    for who, code in ((own, "registry.same_person"), (lower, "registry.wrong_level")):
        refused = await ask(county, who, "POST", path, json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, code)
    assert await owner.fetchval("select count(*) from quality_exemption_decisions") == 0
    answers = await asyncio.gather(*(ask(county, OFFICER, "POST", path, json=body) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    codes = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert codes == {"registry.quality_exemption_decided"}
    listed = (await get(county, "/quality-exemptions", rule=TOILET))["items"]
    assert [row["state"] for row in listed] == ["granted"]


async def test_a_refused_request_exempts_nothing_and_may_be_made_again(county: Harness) -> None:
    file = broken(toilet=None)
    await write(county, [file])
    asked = (await ask(county, TOWN, "POST", "/quality-exemptions", json=exemption(file.id))).json()
    again = await ask(county, TOWN, "POST", "/quality-exemptions", json=exemption(file.id))
    assert (again.status_code, again.json()["code"]) == (409, "registry.quality_exemption_pending")
    body = {"outcome": "refuse", "opinion": "不属实"}
    await ask(county, OFFICER, "POST", f"/quality-exemptions/{asked['id']}/decision", json=body)
    assert counts(await run(county)) == {TOILET: (1, 0)}
    assert (await ask(county, TOWN, "POST", "/quality-exemptions", json=exemption(file.id))).status_code == 201


async def test_an_exemption_names_a_checked_rule_its_own_people_and_a_day_within_the_limit(
    county: Harness, owner: Any
) -> None:
    file, other = broken(toilet=None), broken()
    await write(county, [file, other])
    stranger = str(await owner.fetchval("select id from household_members where household_id = $1 limit 1", other.id))
    own = str(await owner.fetchval("select id from household_members where household_id = $1 limit 1", file.id))
    for changes, code in (
        ({"rule": "1_03_002"}, "registry.quality_rule_unknown"),
        ({"rule": "9_99"}, "registry.quality_rule_unknown"),
        ({"rule": "2_01_006", "member_id": stranger}, "registry.quality_exemption_subject"),
        ({"member_id": own}, "registry.quality_exemption_subject"),
        ({"days": -1}, "registry.quality_exemption_until"),
        ({"days": 367}, "registry.quality_exemption_until"),
    ):
        refused = await ask(county, TOWN, "POST", "/quality-exemptions", json=exemption(file.id, **changes))
        assert (refused.status_code, refused.json()["code"]) == (422, code), changes
    village = recorder("quality.exempt")
    refused = await ask(county, village, "POST", "/quality-exemptions", json=exemption(file.id))
    assert (refused.status_code, refused.json()["code"]) == (403, "registry.wrong_level")
    assert await owner.fetchval("select count(*) from quality_exemptions") == 0


async def test_an_exemption_of_one_person_leaves_the_others_found(county: Harness, owner: Any) -> None:
    file = broken()
    for person in file.people:
        person |= {"serious_illness_insurance": None}
    await write(county, [file])
    one = str(await owner.fetchval("select id from household_members where relation = 'head'"))
    body = exemption(file.id, rule="2_01_006", member_id=one)
    asked = (await ask(county, TOWN, "POST", "/quality-exemptions", json=body)).json()
    decision = {"outcome": "grant", "opinion": "属实"}
    await ask(county, OFFICER, "POST", f"/quality-exemptions/{asked['id']}/decision", json=decision)
    assert counts(await run(county)) == {"2_01_006": (3, 1)}


async def test_figures_of_the_area_decide_and_not_those_of_its_neighbours(county: Harness, owner: Any) -> None:
    files = [broken(road_distance_km=Decimal("5.50")) for _ in range(3)]
    files[1].village, files[2].village = OTHER_VILLAGE, OTHER_TOWN_VILLAGE
    await write(county, files)
    await owner.execute(
        "insert into parameters (key, division_code, valid_from, value, unit, source, set_by, set_at)"
        " values ('road_distance_limit', $1, current_date - 9, '6000', 'metre', 'x', 'x', now())",
        OTHER_VILLAGE,
    )
    await run(county)
    found = (await get(county, "/quality-findings", rule=FAR))["items"]
    assert {row["village_code"] for row in found} == {VILLAGE, OTHER_TOWN_VILLAGE}


async def test_a_finding_moves_with_its_household_and_stays_the_same(county: Harness, owner: Any) -> None:
    file = broken(toilet=None)
    file.village = OTHER_TOWN_VILLAGE
    await write(county, [file])
    await run(county)
    number = await owner.fetchval("select id from quality_findings")
    for table, key in (("households", "id"), ("household_members", "household_id")):
        await owner.execute(f"update {table} set village_code = $1 where {key} = $2", VILLAGE, file.id)
    await run(county)
    rows = await owner.fetch("select id, village_code, closed_run from quality_findings")
    assert [tuple(row) for row in rows] == [(number, VILLAGE, None)]


async def test_findings_of_a_file_that_vanished_are_closed(county: Harness, owner: Any) -> None:
    file = broken(toilet=None)
    await write(county, [file])
    await run(county)
    await owner.execute("update households set status = 'removed' where id = $1", file.id)
    assert counts(await run(county)) == {}
    assert await owner.fetchval("select count(*) from quality_findings where closed_run is null") == 0


async def test_the_rules_are_told_with_their_state_and_figures(county: Harness) -> None:
    everything = (await get(county, "/quality-rules"))["items"]
    assert len(everything) == 264
    held_not = (await get(county, "/quality-rules", state="not_held"))["items"]
    assert all(row["note"] for row in held_not)
    assert len(held_not) == 44
    land = next(row for row in everything if row["number"] == "5_14_001")
    assert (land["parameters"], land["level"], land["scope"]) == (["arable_mu_limit"], "warn", "household")
    assert FOREIGN_VILLAGE not in str(everything)

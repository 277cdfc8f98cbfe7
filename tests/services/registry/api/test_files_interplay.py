"""What was done to a file before holds when something else is done to it."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.services.registry import years
from tests.services.registry.api.test_household_changes import kept, put
from tests.services.registry.api.test_import_layouts import csv_of, national
from tests.services.registry.api.test_import_undo import undo
from tests.services.registry.api.test_register_years_moved import moved
from tests.services.registry.changes import (
    CHANGES,
    clerk,
    done,
    event,
    facts,
    on_register,
    post,
    read,
    related,
)
from tests.services.registry.people import (
    COUNTY,
    FOREIGN_VILLAGE,
    OTHER_VILLAGE,
    born,
    county_officer,
    days_ago,
    number,
    open_household,
    person,
    recorder,
    township_officer,
)
from tests.services.registry.sheets import OFFICER, carried_out, family, xlsx
from tests.services.registry.years import closed, decide
from tests.support.harness import Harness, actor

HOUSEHOLDS = "/api/v1/registry/households"


async def test_who_is_away_and_entered_in_error_is_taken_off_and_is_away_no_longer(county: Harness, owner: Any) -> None:
    for open_one in (on_register, open_household):
        file = await open_one(county, members=[person(), person("son", 25)])
        son = file["members"][1]
        await done(county, "absences", event(file, kind="military_service", member_id=son["id"]), file["version"])
        now = await read(county, file)
        body = kept(now, reason="登记错误")
        body["members"] = body["members"][:1]
        body["departures"] = [{"member_id": son["id"], "kind": "error", "on": days_ago(0)}]
        answer = await put(county, now, body)
        assert answer.status_code == 200, answer.text
        query = "select to_on is not null, ended_by is null from member_absences where member_id = $1::uuid"
        assert [tuple(row) for row in await owner.fetch(query, son["id"])] == [(True, True)]


async def test_a_death_in_a_closed_year_of_somebody_away_is_corrected_and_not_before_they_left(
    county: Harness, owner: Any
) -> None:
    file = await on_register(county, members=[person(), person("son", 25)])
    son = file["members"][1]
    away = event(file, kind="imprisonment", on=days_ago(0), member_id=son["id"])
    await done(county, "absences", away, file["version"])
    now = await read(county, file)
    await closed(county, owner)
    body = kept(now)
    body["members"] = body["members"][:1]
    body["departures"] = [{"member_id": son["id"], "kind": "death", "on": years.IN_LAST_YEAR}]
    early = await years.ask(county, now, body)
    assert (early.status_code, early.json()["code"]) == (422, "registry.day_before_absence")
    body["departures"][0]["on"] = days_ago(0)
    asked = await years.ask(county, now, body)
    assert asked.status_code == 201, asked.text


async def test_those_who_left_stay_of_the_file_when_its_village_is_changed(county: Harness, owner: Any) -> None:
    """By a township's edit of a draft, and by a correction the city consents to."""
    people = lambda: [person(), person("spouse", 43, "2"), person("son", 20)]  # noqa: E731
    draft, file = await open_household(county, members=people()), await on_register(county, members=people())
    for one in (draft, file):
        body = event(one, on=days_ago(0), member_id=one["members"][1]["id"])
        await done(county, "deaths", body, one["version"])
    now = await read(county, draft)
    answer = await put(county, now, kept(now, village_code=OTHER_VILLAGE), who=township_officer())
    assert answer.status_code == 200, answer.text
    now = await read(county, file)
    await closed(county, owner)
    asked = await years.ask(county, now, kept(now, village_code=OTHER_VILLAGE))
    assert (await decide(county, asked.json()["id"])).status_code == 200
    for one in (draft, file):
        now = await read(county, one, clerk(OTHER_VILLAGE))
        change = kept(now, village_code=OTHER_VILLAGE, housing_level="C", reason="改等级")
        answer = await put(county, now, change, who=recorder(village=OTHER_VILLAGE))
        assert (answer.status_code, len(answer.json()["departed"])) == (200, 1), answer.text


async def test_an_import_is_not_undone_when_a_file_of_it_went_to_another_county(county: Harness, owner: Any) -> None:
    sent = await carried_out(county, xlsx([*family("1"), *family("2")]))
    async with county.as_(OFFICER) as client:
        listed = (await client.get(HOUSEHOLDS)).json()["items"]
    await moved(county, await read(county, listed[0]["id"]), FOREIGN_VILLAGE)
    answer = await undo(county, sent["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "registry.import_built_upon")
    assert await owner.fetchval("select count(*) from households where status = 'removed'") == 0


async def test_the_national_number_of_a_file_that_ended_is_free(county: Harness) -> None:
    """An undone import comes in again; two files become one under the number of the other."""
    rows = [national("0010234567", "张大", "户主", 50), national("0010234567", "李红", "配偶", 48, "2")]
    sent = await carried_out(county, csv_of(rows))
    assert (await undo(county, sent["id"])).status_code == 200
    again = await carried_out(county, csv_of(rows))
    assert (sent["households_ok"], again["households_ok"]) == (1, 1)
    number = "0010239999"
    staying = await on_register(county, members=[person()])
    ending = await on_register(county, members=[person(age=50)], national_household_no=number)
    other = {"household_id": ending["id"], "version": ending["version"]}
    body = event(
        staying, other=other, household=facts(national_household_no=number),
        relations=related((ending["members"][0], "other")),
    )  # fmt: skip
    answer = await post(county, "merges", body, staying["version"])
    assert answer.status_code == 201, answer.text
    third = await open_household(county, members=[person(age=33)])
    taken = await put(county, third, kept(third, national_household_no=number))
    assert (taken.status_code, taken.json()["code"]) == (409, "registry.national_number_taken")


async def test_a_return_that_waits_is_decided_where_the_household_lives_by_now(county: Harness) -> None:
    """Asked for in one county; before it is decided the household moves to another."""
    file = await on_register(county, members=[person(), person("spouse", 43, "2"), person("son", 20)])
    old, spouse, son = file["members"]
    heads = related((spouse, "head"), (son, "son"))
    await done(county, "deaths", event(file, member_id=old["id"], relations=heads), file["version"])
    file = await read(county, file)
    back: dict[str, Any] = {"on": days_ago(0), "member_id": old["id"], "relation": "head"}
    back["relations"] = related((spouse, "spouse"), (son, "son"))
    change = await done(county, "returns", event(file, **back), file["version"])
    now = await moved(county, file, FOREIGN_VILLAGE)
    here, there = (
        county_officer("natural_change.read", "natural_change.decide_county", county=code, person=f"decider-{code}")
        for code in (COUNTY, FOREIGN_VILLAGE[:6])
    )
    twice = await post(county, "returns", event(now, **back), now["version"], who=clerk(FOREIGN_VILLAGE))
    assert twice.status_code == 409
    for who, waiting in ((here, []), (there, [change["id"]])):
        for area in ({}, {"within": who.scope[0]}):
            async with county.as_(who) as client:
                page = (await client.get(CHANGES, params={"state": "requested"} | area)).json()
            assert [item["id"] for item in page["items"]] == waiting
    opinion = {"outcome": "accept", "opinion": "属实"}
    path = f"{change['id']}/county-decision"
    assert (await post(county, path, opinion, who=here)).status_code == 404
    answers = await asyncio.gather(
        *(post(county, path, opinion, who=there) for _ in range(3)),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409], [one.text for one in answers]
    again = await read(county, file, clerk(FOREIGN_VILLAGE))
    assert len(again["members"]) == 3


async def test_nobody_joins_or_comes_back_on_a_day_they_were_of_another_file(county: Harness, owner: Any) -> None:
    spouse = person("spouse", 43, "2", name="李红")
    first = await open_household(county, members=[person(), spouse])
    second, third = [await open_household(county, members=[person(age=age)]) for age in (50, 60)]
    await owner.execute("update households set opened_on = opened_on - 100")
    await owner.execute("update household_versions set recorded_on = recorded_on - 100, true_from = true_from - 100")
    row = first["members"][1]["id"]
    taking = {"household_id": second["id"], "version": 1, "relation": "other"}
    await done(county, "leavings", event(first, on=days_ago(50), kind="move_out", member_id=row, receiving=taking), 1)
    now = await read(county, second)
    gone = event(second, on=days_ago(2), kind="move_out", member_id=now["members"][1]["id"])
    await done(county, "leavings", gone, 2)
    for on, status in ((days_ago(40), 422), (days_ago(2), 201)):
        joining = event(third, on=on, kind="move_in", member=spouse | {"relation": "other"})
        back = event(first, on=on, member_id=row, relation="spouse")
        if status == 422:
            answer = await post(county, "joinings", joining, 1)
            assert (answer.status_code, answer.json()["code"]) == (422, "registry.day_before_departure")
        answer = await post(county, "returns", back, 2)
        assert answer.status_code == status, answer.text


async def test_a_number_put_right_after_a_move_leaves_one_person_one(county: Harness, owner: Any) -> None:
    """Who moved keeps their id under the right number, and does not come back to the file they left while on another;
    somebody else who bore the wrong number by right, and left, is not them."""
    wrong, right = number(born(40), "2"), number(born(40), "2")
    other = person("spouse", 40, "2", identity_number=wrong, name="周梅")
    elsewhere = await open_household(county, members=[person(age=70), other])
    change = kept(elsewhere)
    change["members"] = change["members"][:1]
    assert (await put(county, elsewhere, change)).status_code == 200
    first = await on_register(county, members=[person(), person("spouse", 40, "2", name="李红", identity_number=wrong)])
    second = await on_register(county, members=[person(age=50)])
    spouse = first["members"][1]
    taking = {"household_id": second["id"], "version": second["version"], "relation": "other"}
    away = event(first, on=days_ago(0), kind="move_out", member_id=spouse["id"], receiving=taking)
    await done(county, "leavings", away, first["version"])
    now = await read(county, second)
    body = kept(now, reason="身份证号更正")
    body["members"][1]["identity_number"] = right
    answer = await put(county, now, body)
    assert answer.status_code == 200, answer.text
    async with county.as_(actor(scope=(COUNTY,), office="341622-finance"), issuer="funds") as client:
        sent = {"on": days_ago(0), "people": [{"ref": "0", "person_id": spouse["id"]}]}
        (one,) = (await client.post("/internal/persons/eligibility", json=sent)).json()["answers"]
    assert (one["person_id"], one["status"]) == (spouse["id"], "eligible")
    query = "select count(*), count(distinct identity_index) from household_members where name = any($1::text[])"
    for names, counted in ((["李红"], (2, 1)), (["李红", "周梅"], (3, 2))):
        assert tuple(await owner.fetchrow(query, names)) == counted
    left = await read(county, first)
    again = event(left, on=days_ago(0), member_id=spouse["id"], relation="spouse")
    back = await post(county, "returns", again, left["version"])
    assert (back.status_code, back.json()["code"]) == (409, "registry.person_on_another_file")


async def test_the_death_of_the_last_of_a_household_in_a_closed_year_is_corrected_with_consent(
    county: Harness, owner: Any
) -> None:
    """An event of a closed year is a correction; by it the file is closed, as it is by the event."""
    file = await on_register(county, members=[person()])
    (alone,) = file["members"]
    await closed(county, owner)
    died = years.IN_LAST_YEAR
    late = await post(county, "deaths", event(file, on=died, member_id=alone["id"]), file["version"])
    assert (late.status_code, late.json()["code"]) == (409, "registry.year_closed")
    change = kept(file) | {"members": []}
    unsaid = await years.ask(county, file, change)
    assert unsaid.status_code == 422
    for kind in ("error", "death"):
        change["departures"] = [{"member_id": alone["id"], "kind": kind, "on": died}]
        edit = await put(county, file, change | {"reason": "更正"})
        assert edit.status_code == 422, "only with consent"
        asked = await years.ask(county, file, change)
        assert asked.status_code == (201 if kind == "death" else 422), asked.text
    assert (await decide(county, asked.json()["id"])).status_code == 200
    now = await read(county, file)
    assert (now["status"], now["members"], len(now["departed"])) == ("closed", [], 1)
    async with county.as_(actor(scope=(COUNTY,), office="341622-finance"), issuer="funds") as client:
        sent = {"on": days_ago(0), "people": [{"ref": "0", "person_id": alone["id"]}]}
        (one,) = (await client.post("/internal/persons/eligibility", json=sent)).json()["answers"]
    assert one["status"] == "dead"
    assert await owner.fetchval("select count(*) from outbox_events where type = 'person.died'") == 1


async def test_who_was_recorded_dead_in_error_comes_back_to_the_household_theirs_merged_into(
    county: Harness, owner: Any
) -> None:
    """Through two merges and a move, decided by the county; on the file that ended they are dead no longer."""
    mother = person("mother", 70, "2", name="吴兰")
    first = await on_register(county, members=[person(), mother])
    dead = first["members"][1]
    await done(county, "deaths", event(first, on=days_ago(0), member_id=dead["id"]), first["version"])
    ending = await read(county, first)
    for age in (50, 60):
        staying = await on_register(county, members=[person(age=age)])
        comes = [(one, "other") for one in ending["members"]]
        other = {"household_id": ending["id"], "version": ending["version"]}
        body = event(staying, on=days_ago(0), other=other, household=facts(), relations=related(*comes))
        await done(county, "merges", body, staying["version"])
        ending = await read(county, staying)
    last = await moved(county, ending, FOREIGN_VILLAGE)
    there = event(first, on=days_ago(0), member_id=dead["id"], relation="mother")
    refused = await post(county, "returns", there, (await read(county, first))["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "registry.return_elsewhere")
    stranger = await on_register(county, members=[person(age=33)])
    elsewhere = event(stranger, on=days_ago(0), member_id=dead["id"], relation="other")
    unknown = await post(county, "returns", elsewhere, stranger["version"])
    assert (unknown.status_code, unknown.json()["code"]) == (422, "registry.member_unknown")
    here = clerk(FOREIGN_VILLAGE)
    back = event(last, on=days_ago(0), member_id=dead["id"], relation="other")
    early = await post(county, "returns", back | {"on": days_ago(3)}, last["version"], who=here)
    assert early.status_code == 422, early.text
    change = await done(county, "returns", back, last["version"], who=here)
    decider = county_officer("natural_change.decide_county", county=FOREIGN_VILLAGE[:6], person="decider")
    opinion = {"outcome": "accept", "opinion": "属实"}
    answer = await post(county, f"{change['id']}/county-decision", opinion, who=decider)
    assert answer.status_code == 200, answer.text
    now, left = await read(county, last, here), await read(county, first)
    assert [one["name"] for one in now["members"]].count("吴兰") == 1
    assert "death" not in {one["kind"]["code"] for one in left["departed"]}
    async with county.as_(actor(scope=(FOREIGN_VILLAGE[:6],), office="410102-finance"), issuer="funds") as client:
        sent = {"on": days_ago(0), "people": [{"ref": "0", "person_id": dead["id"]}]}
        (one,) = (await client.post("/internal/persons/eligibility", json=sent)).json()["answers"]
    assert (one["person_id"], one["status"]) == (dead["id"], "eligible")
    assert await owner.fetchval("select count(*) from outbox_events where type = 'person.death_withdrawn'") == 1

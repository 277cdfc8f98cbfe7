"""Household files over HTTP: opening, reading, finding, masking, scope."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from shared.chassis.clock import office_today
from tests.services.registry.people import (
    COUNTY,
    FOREIGN_VILLAGE,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    county_officer,
    days_ago,
    household,
    open_household,
    person,
    recorder,
    township_officer,
    with_place,
)
from tests.support.harness import Harness, actor

HOUSEHOLDS = "/api/v1/registry/households"


async def test_a_village_recorder_opens_a_file_as_a_draft_with_masked_values(county: Harness) -> None:
    body = household()
    async with county.as_(recorder()) as client:
        answer = await client.post(HOUSEHOLDS, json=body)
        read = await client.get(f"{HOUSEHOLDS}/{answer.json()['id']}")
    assert answer.status_code == 201, answer.text
    assert answer.headers["etag"] == read.headers["etag"] == '"1"'
    assert answer.json() == read.json()
    opened = read.json()
    assert opened["status"] == "draft"
    assert opened["household_no"].isdigit()
    first = opened["members"][0]
    number = body["members"][0]["identity_number"]
    assert first["identity_number_masked"] == f"{number[:3]}***********{number[-4:]}"
    assert first["health"] is None
    assert "birth_date" not in first
    assert opened["phone_masked"] == "138****0000"
    assert opened["bank_account_masked"] == "************5678"
    assert opened["main_cause"] == {"code": "illness", "label": "因病"}
    assert opened["net_income_per_head"] == {"numerator_fen": 1_200_001, "people": 3, "floor_fen": 400_000}
    assert number not in answer.text + read.text


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"main_cause": "because"}, "/main_cause", "registry.code_unknown"),
        ({"other_causes": ["illness"]}, "/other_causes/0", "registry.cause_repeated"),
        ({"other_causes": ["no_skill", "no_water", "no_land"]}, "/other_causes", "registry.too_many_causes"),
        ({"bank_name": None}, "/bank_account", "registry.bank_incomplete"),
        ({"village_code": TOWNSHIP}, "/village_code", "registry.village_code_needed"),
        ({"village_code": "341622101999"}, "/village_code", "registry.division_unknown"),
        ({"phone": "12345"}, "/phone", "invalid_fields"),
        ({"group": "一\x00组"}, "/group", "invalid_fields"),
        ({"group": "一\u202e组"}, "/group", "invalid_fields"),
        ({"income": {"wage_fen": 1.5}}, "/income/wage_fen", "invalid_fields"),
    ],
)
async def test_a_file_that_breaks_a_rule_is_refused_at_its_field_and_nothing_is_kept(
    county: Harness, owner: Any, change: dict[str, Any], pointer: str, code: str
) -> None:
    async with county.as_(township_officer()) as client:
        answer = await client.post(HOUSEHOLDS, json=household() | change)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert await owner.fetchval("select count(*) from households") == 0


async def test_a_wrong_member_is_named_by_index_and_field_and_never_repeated(county: Harness) -> None:
    sound = person("spouse", 43, "2")
    number = sound["identity_number"]
    wrong = number[:17] + ("0" if number[17] != "0" else "1")
    async with county.as_(recorder()) as client:
        answer = await client.post(HOUSEHOLDS, json=household(person(), sound | {"identity_number": wrong}))
    assert answer.status_code == 422
    assert answer.json()["code"] == "registry.identity_number_check_digit"
    assert answer.json()["errors"][0]["pointer"] == "/members/1/identity_number"
    assert wrong not in answer.text


async def test_a_person_is_on_one_file_in_the_whole_country_and_the_other_is_not_revealed(
    county: Harness, owner: Any
) -> None:
    head = person()
    other = await open_household(county, recorder(village=FOREIGN_VILLAGE), village=FOREIGN_VILLAGE, members=[head])
    async with county.as_(recorder()) as client:
        twin = person("sibling", 20) | {"identity_number": head["identity_number"]}
        answer = await client.post(HOUSEHOLDS, json=household(person(), twin))
    assert (answer.status_code, answer.json()["code"]) == (409, "registry.person_on_another_file")
    assert answer.json()["errors"][0]["pointer"] == "/members/1/identity_number"
    for secret in (other["id"], other["household_no"], FOREIGN_VILLAGE, head["identity_number"], head["name"]):
        assert secret not in answer.text
    assert await owner.fetchval("select count(*) from households") == 1


async def test_whose_scope_covers_the_other_household_is_told_which_it_is(county: Harness) -> None:
    head = person()
    other = await open_household(county, recorder(village=OTHER_VILLAGE), village=OTHER_VILLAGE, members=[head])
    body = household(head)
    own = await open_household(county)
    answers = []
    for who in (township_officer(), recorder(), actor("household.write", scope=(TOWNSHIP,))):
        async with county.as_(who) as client:
            answers.append(await client.post(HOUSEHOLDS, json=body))
    async with county.as_(township_officer()) as client:
        answers.append(await client.put(f"{HOUSEHOLDS}/{own['id']}", json=body, headers={"if-match": '"1"'}))
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {
        (409, "registry.person_on_another_file")
    }
    told = [other["household_no"] in answer.text for answer in answers]
    assert told == [True, False, False, True]
    assert answers[0].json()["facts"] == {"household_no": other["household_no"]}
    for answer in answers:
        for secret in (other["id"], OTHER_VILLAGE, head["identity_number"], head["name"]):
            assert secret not in answer.text


async def test_a_person_opened_twice_at_once_is_on_one_file(county: Harness, owner: Any) -> None:
    head = person()

    async def open_(village: str) -> Any:
        async with county.as_(recorder(village=village)) as client:
            return await client.post(HOUSEHOLDS, json=household(head, village=village))

    answers = await asyncio.gather(*(open_(village) for village in (VILLAGE, OTHER_VILLAGE, FOREIGN_VILLAGE)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {
        "registry.person_on_another_file"
    }
    assert await owner.fetchval("select count(*) from household_members") == 1


async def test_every_file_operation_sees_only_the_actors_own_area(county: Harness, owner: Any) -> None:
    opened = await open_household(county)
    absent = "01900000-0000-7000-8000-000000000000"
    stranger = recorder("household.unmask", village=OTHER_VILLAGE)
    read_before = await owner.fetchval("select count(*) from read_trail")
    async with county.as_(stranger) as client:
        for method, path, body, headers in (
            ("GET", "", None, {}),
            ("GET", "/history", None, {}),
            ("GET", f"?as_of={office_today()}", None, {}),
            ("PUT", "", household(), {"if-match": '"1"'}),
            ("POST", "/unmask", {"purpose": "核对发放账户"}, {}),
        ):
            real = await client.request(method, f"{HOUSEHOLDS}/{opened['id']}{path}", json=body, headers=headers)
            random = await client.request(method, f"{HOUSEHOLDS}/{absent}{path}", json=body, headers=headers)
            assert real.status_code == 404, (method, path, real.text)
            assert real.json() | {"trace_id": ""} == random.json() | {"trace_id": ""}
        listed = await client.get(HOUSEHOLDS, params={"count": "exact"})
        by_area = await client.get(HOUSEHOLDS, params={"village": VILLAGE, "count": "exact"})
        past = await client.get(HOUSEHOLDS, params={"as_of": office_today().isoformat(), "count": "exact"})
        number = opened["members"][0]["id"]
        into = await client.post(HOUSEHOLDS, json=household(village=VILLAGE))
    assert [answer.json()["count"] for answer in (listed, by_area, past)] == [0, 0, 0]
    assert into.status_code == 404
    assert number not in listed.text
    assert await owner.fetchval("select count(*) from read_trail where subjects->'ids' != '[]'") == read_before


async def test_files_are_filtered_paged_by_village_and_counted_when_asked(county: Harness) -> None:
    files = (("张一", VILLAGE, "illness"), ("王二", VILLAGE, "no_land"), ("王小二", OTHER_VILLAGE, "no_land"))
    for name, village, cause in files:
        await open_household(
            county, township_officer(), village=village, members=[person(name=name)], main_cause=cause, other_causes=[]
        )
    async with county.as_(county_officer()) as client:
        first = (await client.get(HOUSEHOLDS, params={"limit": 2, "count": "exact"})).json()
        rest = (await client.get(HOUSEHOLDS, params={"limit": 2, "cursor": first["next_cursor"]})).json()
        named = (await client.get(HOUSEHOLDS, params={"name": "小二"})).json()
        wild = (await client.get(HOUSEHOLDS, params={"name": "%二"})).json()
        narrow = {"main_cause": "no_land", "within": COUNTY, "village": VILLAGE}
        caused = (await client.get(HOUSEHOLDS, params=narrow)).json()
        short = await client.get(HOUSEHOLDS, params={"name": "王"})
        known = {"as_of": office_today().isoformat(), "name": "小二", "status": "draft"}
        past = (await client.get(HOUSEHOLDS, params=known)).json()
        before = (await client.get(HOUSEHOLDS, params={"as_of": days_ago(1), "count": "exact"})).json()
    assert [row["head_name"] for row in first["items"]] == ["张一", "王二"]
    assert first["count"] == 3
    assert [row["head_name"] for row in rest["items"]] == ["王小二"]
    assert rest["next_cursor"] is None
    assert [row["head_name"] for row in named["items"]] == [row["head_name"] for row in past["items"]] == ["王小二"]
    assert wild["items"] == []
    assert [row["head_name"] for row in caused["items"]] == ["王二"]
    assert short.status_code == 422
    assert (before["items"], before["count"]) == ([], 0)


async def test_a_person_is_found_by_the_exact_number_and_only_the_trail_is_written(county: Harness, owner: Any) -> None:
    head = person()
    opened = await open_household(county, members=[head])
    audits = await owner.fetchval("select count(*) from audit_entries")
    search = f"{HOUSEHOLDS}/search"
    async with county.as_(recorder()) as client:
        asked = {"identity_number": head["identity_number"]}
        found = await client.post(search, json=asked, headers={"idempotency-key": "k"})
        nobody = await client.post(search, json={"identity_number": person()["identity_number"]})
        broken = await client.post(search, json={"identity_number": "12345"})
    async with county.as_(recorder(village=OTHER_VILLAGE)) as client:
        foreign = await client.post(search, json={"identity_number": head["identity_number"]})
    async with county.as_(actor("household.read")) as client:
        forbidden = await client.post(search, json={"identity_number": head["identity_number"]})
    assert [row["id"] for row in found.json()["items"]] == [opened["id"]]
    assert head["identity_number"] not in found.text
    assert nobody.json() == foreign.json() == {"items": []}
    assert (broken.status_code, broken.json()["code"]) == (422, "registry.identity_number_form")
    assert forbidden.status_code == 403
    assert await owner.fetchval("select count(*) from audit_entries") == audits
    assert await owner.fetchval("select count(*) from idempotency_keys") == 0
    trail = await owner.fetch("select subjects from read_trail where action = 'household.search' order by id")
    assert [json.loads(row["subjects"])["ids"] for row in trail] == [[opened["id"]], [], []]


async def test_clear_values_need_the_permission_and_a_purpose_and_are_on_the_trail_first(
    county: Harness, owner: Any
) -> None:
    head = person(health=["disability", "chronic_illness"])
    opened = await open_household(county, members=[head])
    path = f"{HOUSEHOLDS}/{opened['id']}/unmask"
    async with county.as_(recorder()) as client:
        forbidden = await client.post(path, json={"purpose": "核对发放账户"})
    async with county.as_(county_officer()) as client:
        unsaid = await client.post(path, json={})
        blank = await client.post(path, json={"purpose": "   "})
        clear = await client.post(path, json={"purpose": "核对发放账户"})
        still_masked = await client.get(f"{HOUSEHOLDS}/{opened['id']}", headers={"X-Access-Reason": "check"})
    assert (forbidden.status_code, unsaid.status_code, blank.status_code) == (403, 422, 422)
    assert clear.json()["phone"] == "13812340000"
    assert clear.json()["bank_account"] == "6217000012345678"
    assert clear.json()["members"][0]["identity_number"] == head["identity_number"]
    assert [code["code"] for code in clear.json()["members"][0]["health"]] == head["health"]
    assert head["identity_number"] not in still_masked.text
    rows = await owner.fetch("select * from read_trail where fields = 'clear'")
    assert len(rows) == 1
    assert rows[0]["purpose"] == "核对发放账户"
    noted = json.loads(rows[0]["subjects"])
    assert noted["ids"] == [opened["id"], opened["members"][0]["id"]]
    assert noted["permission"] == "household.unmask"
    assert set(noted["shown"]) >= {"phone", "bank_account", "identity_number", "health"}


async def test_the_reason_may_come_in_the_header_and_what_says_nothing_is_none(county: Harness, owner: Any) -> None:
    opened = await open_household(county)
    path = f"{HOUSEHOLDS}/{opened['id']}/unmask"
    refused = []
    async with county.as_(county_officer()) as client:
        refused.append(await client.post(path))
        empty = ("查", "1111", "。。。。", "啊啊啊啊", "aaaa aaaa", "  12 34  ")
        refused += [await client.post(path, json={"purpose": purpose}) for purpose in empty]
    async with county.as_(replace(county_officer(), purpose="。。")) as client:
        refused.append(await client.post(path))
    async with county.as_(replace(county_officer(), purpose="核对发放账户")) as client:
        clear = await client.post(path)
        await client.post(path, json={"purpose": "入户核查联系电话"})
    for answer in refused:
        assert answer.status_code == 422, answer.text
        assert "13812340000" not in answer.text
    assert {answer.json()["code"] for answer in refused} == {
        "registry.access_reason_needed",
        "registry.access_reason_empty",
    }
    assert clear.json()["phone"] == "13812340000", clear.text
    rows = await owner.fetch("select purpose from read_trail where fields = 'clear' order by id")
    assert [row["purpose"] for row in rows] == ["核对发放账户", "入户核查联系电话"]


async def test_no_personal_data_leaves_when_the_trail_cannot_be_written(county: Harness, owner: Any) -> None:
    head = person()
    opened = await open_household(county, members=[head])
    await owner.execute("revoke insert on read_trail from lika_registry_app")
    one = f"{HOUSEHOLDS}/{opened['id']}"
    async with county.as_(county_officer()) as client:
        answers = [
            await client.get(HOUSEHOLDS),
            await client.get(one),
            await client.get(f"{one}/history"),
            await client.post(f"{one}/unmask", json={"purpose": "核对发放账户"}),
            await client.post(f"{HOUSEHOLDS}/search", json={"identity_number": head["identity_number"]}),
        ]
    for answer in answers:
        assert answer.status_code == 503, answer.text
        assert answer.headers["retry-after"] == "2"
        assert head["name"] not in answer.text
        assert head["identity_number"] not in answer.text


async def test_protected_values_are_nowhere_in_the_database_in_clear(county: Harness, owner: Any) -> None:
    head = person()
    await open_household(county, members=[head])
    tables = await owner.fetch("select tablename from pg_tables where schemaname = 'public'")
    stored = ""
    for row in tables:
        stored += str(await owner.fetch(f"select t::text from {row['tablename']} t"))
    assert head["name"] in stored
    for secret in (head["identity_number"], "13812340000", "6217000012345678"):
        assert secret not in stored


async def test_refusals_and_logs_hold_no_identity_number(county: Harness, capfd: pytest.CaptureFixture[str]) -> None:
    head = person()
    await open_household(county, members=[head])
    texts = []
    async with county.as_(recorder()) as client:
        for body in (
            household(head),
            household(head, head),
            household(head | {"sex": "2"}),
            household(head | {"unknown_field": 1}),
            household(head | {"identity_number": [head["identity_number"]]}),
        ):
            answer = await client.post(HOUSEHOLDS, json=body)
            assert answer.status_code in (409, 422)
            texts.append(answer.text)
    captured = capfd.readouterr()
    assert head["identity_number"] not in "".join(texts) + captured.out + captured.err


async def test_a_place_code_nobody_knows_is_a_notice_and_never_a_refusal(county: Harness) -> None:
    known, unknown = person(identity_number=with_place("341622")), person(identity_number=with_place("999999"))
    one = await open_household(county, members=[known])
    other = await open_household(county, members=[unknown])
    assert one["notices"] == []
    assert [(row["code"], row["pointer"]) for row in other["notices"]] == [
        ("registry.place_unknown", "/members/0/identity_number")
    ]

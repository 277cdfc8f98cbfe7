"""What the register tells funds for a file to the bank: the household's account, and a trail row for each reading."""

from __future__ import annotations

import json
from typing import Any

from tests.services.registry.lists import registered
from tests.services.registry.people import COUNTY, FOREIGN_VILLAGE, days_ago, open_household, person, recorder
from tests.support.harness import Harness, actor

PATH = "/internal/household-accounts"
PAYER = actor(scope=(COUNTY,), office="341622-finance")
NUMBER = "6228480402564890018"
STRANGER = "01a2004c-58f5-76cb-be29-86dfa3dabf1c"
NOTHING = {"household_id": None, "account_name": None, "bank_name": None, "account": None, "account_mark": None}


async def ask(registry: Harness, *ids: str, issuer: str = "funds") -> Any:
    people = [{"ref": str(number), "person_id": one} for number, one in enumerate(ids)]
    async with registry.as_(PAYER, issuer=issuer) as client:
        return await client.post(PATH, json={"purpose": "grant_file:7", "people": people})


async def opened(county: Harness, **changes: Any) -> dict[str, Any]:
    stated = {"bank_name": "蒙城农商行", "bank_account": NUMBER} | changes
    household = await open_household(county, members=[person(), person("son", 10)], **stated)
    await registered(county, household)
    return household


async def test_the_households_own_account_is_told_with_its_mark_and_the_reading_is_noted(
    county: Harness, owner: Any
) -> None:
    household = await opened(county)
    head, child = (member["id"] for member in household["members"])
    answer = await ask(county, child, STRANGER)
    found, nothing = answer.json()["answers"]
    assert (found["household_id"], found["account"], found["bank_name"]) == (household["id"], NUMBER, "蒙城农商行")
    assert found["account_name"] == household["members"][0]["name"]
    assert nothing == NOTHING | {"ref": "1"}
    question = {"on": days_ago(0), "facts": ["account_mark"], "people": [{"ref": "a", "person_id": head}]}
    async with county.as_(PAYER, issuer="funds") as client:
        told = (await client.post("/internal/persons/eligibility", json=question)).json()["answers"][0]
    assert told["facts"]["account_mark"] == found["account_mark"]
    query = "select subjects, fields, purpose from read_trail where action = 'household_account.read'"
    (row,) = await owner.fetch(query)
    assert household["id"] in json.dumps(row["subjects"])
    assert ("bank_account" in row["fields"], row["purpose"]) == (True, "grant_file:7")
    assert NUMBER not in json.dumps([dict(one) for one in await owner.fetch("select * from read_trail")], default=str)


async def test_who_is_not_on_the_register_in_the_askers_area_or_has_no_account_is_told_nothing(
    county: Harness, owner: Any
) -> None:
    without = await opened(county, bank_name=None, bank_account=None)
    draft = await open_household(county, members=[person()], bank_name="蒙城农商行", bank_account=NUMBER)
    far = await open_household(
        county, recorder(village=FOREIGN_VILLAGE), village=FOREIGN_VILLAGE, members=[person()],
        bank_name="蒙城农商行", bank_account=NUMBER,
    )  # fmt: skip
    await owner.execute(
        "update households set status = 'registered', registered_on = current_date where village_code = $1",
        FOREIGN_VILLAGE,
    )
    ids = [one["members"][0]["id"] for one in (without, draft, far)]
    answers = (await ask(county, *ids)).json()["answers"]
    assert [answer | {"ref": ""} for answer in answers] == [NOTHING | {"ref": ""}] * 3
    dead = await opened(county)
    await owner.execute(
        "update household_members set active = false, departure = 'death', departed_on = current_date where id = $1",
        dead["members"][1]["id"],
    )
    (answer,) = (await ask(county, dead["members"][1]["id"])).json()["answers"]
    assert answer["account"] is None


async def test_a_household_that_exited_is_told_and_one_struck_off_is_not(county: Harness, owner: Any) -> None:
    """Some grants go on after the exit; the file for the bank needs the account as before."""
    household = await opened(county)
    head = household["members"][0]["id"]
    close = "update households set status = $2, closed_on = current_date where id = $1"
    await owner.execute(close, household["id"], "exited")
    (exited,) = (await ask(county, head)).json()["answers"]
    assert (exited["household_id"], exited["account"]) == (household["id"], NUMBER)
    await owner.execute(close, household["id"], "removed")
    (removed,) = (await ask(county, head)).json()["answers"]
    assert removed == NOTHING | {"ref": "0"}


async def test_only_funds_may_ask_and_without_a_trail_nothing_is_told(county: Harness, owner: Any) -> None:
    household = await opened(county)
    head = household["members"][0]["id"]
    for issuer in ("gateway", "projects"):
        assert (await ask(county, head, issuer=issuer)).status_code == 403
    await owner.execute("revoke insert on read_trail from lika_registry_app")
    refused = await ask(county, head)
    assert (refused.status_code, NUMBER in refused.text) == (503, False)

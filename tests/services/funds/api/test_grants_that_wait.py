"""Who waits for a changed account: granted anew on other money, or waiting no more; never twice, never for ever."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.services.funds.api import test_grant_returns as returns
from tests.services.funds.api import test_recalls as recalls
from tests.services.funds.api.test_grant_batches import (
    APPROVE,
    allocation,
    approved,
    body,
    identity,
    ordered,
    person,
)
from tests.services.funds.api.test_grant_regrants import ROOT, regrant
from tests.services.funds.checks import check_progress, check_walks
from tests.services.funds.clocks import stand
from tests.services.funds.world import (
    CHECKER,
    CLAIMANT,
    CONFIRMER,
    COUNTY,
    ELSEWHERE,
    MAKER,
    READER,
    READING,
    RELEASER,
    YEAR,
    World,
    code_of,
    day,
    desk,
    grant_of,
)

CHANGED = "changed-the-day-before"
REPAIR: dict[str, Any] = {"housing_level": "C", "key_groups": ["registered_poor"]}


async def waits(world: World, monkeypatch: pytest.MonkeyPatch, batch: dict[str, Any], *numbers: int) -> dict[str, Any]:
    """The batch released on 12 May, with the accounts of these people changed since it was approved."""
    for number in numbers:
        person(world, number, **world.people[identity(number)]["facts"] | {"account_mark": f"{CHANGED}-{number}"})
    with monkeypatch.context() as may:
        stand(may, day(5, 12))
        batch = await ordered(world, batch)
    waiting = [row["person_id"] for row in batch["lines"] if row["state"] == "waiting"]
    assert waiting == [f"person-{number}" for number in numbers]
    return batch


async def called_back(world: World, batch: dict[str, Any]) -> None:
    """All that is left of the batch's allocation goes back to its receipt."""
    left = (await world.seen(READER, f"/allocations/{batch['allocation_id']}"))["available_fen"]
    asked = recalls.body(left, day(5, 13), allocation_id=batch["allocation_id"])
    recall = await world.made(recalls.RECALLER, "/recalls", asked)
    assert (await recalls.decide(world, recalls.SECOND, recall, on=day(5, 14))).status_code == 200


async def other_money(world: World, code: str = "G2", year: int = YEAR) -> dict[str, Any]:
    """Another approved allocation for grants of the county."""
    world.projects[code] = grant_of(code, purpose="grants", state="planned", contract_fen=None, plan_year=year)
    issued, received = day(1, 10, year), day(2, 1, year)
    receipt = await world.receipt(
        await world.document({COUNTY: 1_000_000}, fund_year=year, issued_on=issued), on=received
    )
    return await world.allocation(receipt, 1_000_000, code, on=day(5, 15, year), decided=day(5, 16, year))


async def carried(world: World, batch: dict[str, Any], on: str) -> list[str]:
    """The batch decided, ordered and paid on a day; how its lines stand."""
    path = f"{ROOT}/{batch['batch_id']}"
    await world.made(CHECKER, f"{path}/decision", APPROVE | {"decided_on": on})
    await world.made(RELEASER, f"{path}/payment", {"order_no": f"o{batch['batch_id']}", "ordered_on": on})
    told = {"settled_on": on, "all_paid_reference": f"p{batch['batch_id']}"}
    return [row["state"] for row in (await world.made(CONFIRMER, f"{path}/result", told))["lines"]]


async def state_of(world: World, batch: dict[str, Any], index: int = 0) -> tuple[str, str | None]:
    line = (await world.seen(READER, f"{ROOT}/{batch['batch_id']}"))["lines"][index]
    return line["state"], line["reason"]


async def good_books(world: World, *years: int) -> None:
    for year in years or (YEAR,):
        await check_progress(world, READER, division_code=COUNTY, fund_year=year, as_of=day(12, 31, year))
    await check_walks(world)


@pytest.mark.parametrize(("lost", "year"), [("recalled", YEAR + 1), ("stopped", YEAR), ("recalled", YEAR - 1)])
async def test_who_waits_is_granted_anew_on_other_money_whatever_became_of_the_first(
    world: World, monkeypatch: pytest.MonkeyPatch, lost: str, year: int
) -> None:
    batch = await waits(world, monkeypatch, await approved(world, person(world, 1), person(world, 11)), 1)
    if lost == "recalled":
        await called_back(world, batch)
    else:
        await world.tell("G1", version=2, state="stopped")
    fresh = await other_money(world, year=year)
    on = max(day(5, 20), day(5, 20, year))
    refused = await regrant(world, batch, 0, prepared_on=on)
    assert code_of(refused) == {"recalled": "allocation_exhausted", "stopped": "project_frozen"}[lost]
    anew = await regrant(world, batch, 0, prepared_on=on, allocation_id=fresh["allocation_id"])
    assert anew.status_code == 201, anew.text
    assert (anew.json()["allocation_id"], anew.json()["fund_year"]) == (fresh["allocation_id"], year)
    assert (await state_of(world, batch))[0] == "stopped"
    assert code_of(await regrant(world, batch, 0, prepared_on=on)) == "nothing_to_regrant"
    assert await carried(world, anew.json(), max(day(5, 21), day(5, 21, year))) == ["paid"]
    given = await world.seen(READER, f"/allocations/{fresh['allocation_id']}")
    assert given["available_fen"] == 700_000
    twice = await world.post(CLAIMANT, ROOT, body(await other_money(world, "G3"), identity(1), prepared_on=day(6)))
    assert "duplicate_across" in twice.text
    await good_books(world, YEAR, year)


async def test_what_later_money_pays_counts_to_the_year_it_was_due_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes nothing from what the person may have of the year whose money it is, and leaves nothing of its own."""

    def premium(given: dict[str, Any], period: int, on: str) -> dict[str, Any]:
        year = given["fund_year"]
        asked = body(
            given, identity(1), programme="medical_premium", period=str(period), fund_year=year, prepared_on=on
        )
        asked["lines"][0]["amount_fen"] = 100_000
        return asked

    person(world, 1, medical_insurance=True)
    first = await world.made(CLAIMANT, ROOT, premium(await allocation(world), YEAR, day(5, 9)))
    await world.made(CHECKER, f"{ROOT}/{first['batch_id']}/decision", APPROVE)
    batch = await waits(world, monkeypatch, first, 1)
    await called_back(world, batch)
    later = await other_money(world, year=YEAR + 1)
    on = day(5, 20, YEAR + 1)
    anew = await regrant(world, batch, 0, prepared_on=on, allocation_id=later["allocation_id"])
    assert (anew.json()["fund_year"], anew.json()["entitled_year"]) == (YEAR + 1, YEAR), anew.text
    assert await carried(world, anew.json(), on) == ["paid"]
    own = await world.post(CLAIMANT, ROOT, premium(later, YEAR + 1, on))
    assert own.status_code == 201, own.text
    for period in (YEAR, YEAR + 1):
        twice = await world.post(CLAIMANT, ROOT, premium(later, period, on))
        assert "duplicate" in twice.text
    await good_books(world, YEAR, YEAR + 1)


async def test_other_money_for_who_waits_is_approved_for_grants_of_the_county_and_was_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = await waits(world, monkeypatch, await approved(world, person(world, 1)), 1)
    world.projects["G4"] = grant_of("G4", county_code="341621", division_code="341621", purpose="grants")
    receipt = await world.receipt(await world.document({"341621": 300_000}), "341621", ELSEWHERE)
    asked = {"receipt_id": receipt["receipt_id"], "project_code": "G4", "amount_fen": 300_000, "proposed_on": day(3)}
    elsewhere = await world.made(ELSEWHERE, "/allocations", asked)
    fresh, receipt = await other_money(world), await world.money(600_000)
    world.projects["P1"] = grant_of("P1")
    works = await world.allocation(receipt, 300_000)
    asked = {"receipt_id": receipt["receipt_id"], "project_code": "G2", "amount_fen": 300_000, "proposed_on": day(3)}
    proposed = await world.made(MAKER, "/allocations", asked)
    both = desk("grant.prepare", *READING, scope=(COUNTY, "341621"))
    line = {"lines": [batch["lines"][0]["line_id"]], "mode": "refuse_batch", "prepared_on": day(5, 20)}
    path = f"{ROOT}/{batch['batch_id']}/regrants"
    for who, origin, changes, code in (
        (CLAIMANT, elsewhere, {}, "not_found"), (both, elsewhere, {}, "allocation_of_another_county"),
        (CLAIMANT, {"allocation_id": 999}, {}, "not_found"), (CLAIMANT, works, {}, "grants_not_for_works"),
        (CLAIMANT, proposed, {}, "step_not_due"), (CLAIMANT, fresh, {"prepared_on": day(5, 15)}, "day_before_step"),
        (CLAIMANT, {"allocation_id": batch["allocation_id"]}, {"prepared_on": day(5, 11)}, "day_before_step"),
        (CLAIMANT, fresh, {"prepared_on": day(5, 18)}, "grant_lines_refused"),
    ):  # fmt: skip
        answer = await world.post(who, path, line | changes | {"allocation_id": origin["allocation_id"]})
        assert code_of(answer) == code, (origin, answer.text)
    assert await state_of(world, batch) == ("waiting", "account_changed")
    await good_books(world)


async def test_a_waiting_line_is_granted_anew_once_even_when_several_race_on_several_moneys(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = await waits(world, monkeypatch, await approved(world, person(world, 1)), 1)
    moneys = [batch, await other_money(world, "G2"), await other_money(world, "G3")]
    answers = await asyncio.gather(
        *(regrant(world, batch, 0, allocation_id=one["allocation_id"]) for one in moneys for _ in range(2))
    )
    first, *others = sorted(answer.status_code for answer in answers)
    assert (first, {201} & set(others)) == (201, set()), [one.text for one in answers]
    seen = [await world.seen(READER, f"/allocations/{one['allocation_id']}") for one in moneys]
    assert sum(one["amount_fen"] - one["available_fen"] for one in seen) == 300_000
    await good_books(world)


async def test_what_came_back_and_was_called_back_is_granted_anew_on_other_money_from_the_day_it_came_back(
    world: World,
) -> None:
    batch = await returns.paid(world, 11, 12)
    await world.made(CONFIRMER, returns.path_of(batch), returns.back())
    fresh = await other_money(world)
    early = await regrant(world, batch, 0, prepared_on=day(5, 31), allocation_id=fresh["allocation_id"])
    assert code_of(early) == "day_before_step"
    anew = await regrant(world, batch, 0, prepared_on=day(6, 2), allocation_id=fresh["allocation_id"])
    assert await carried(world, anew.json(), day(6, 3)) == ["paid"]
    total = (await world.progress())["total"]
    assert (total["paid_fen"], total["returned_fen"]) == (900_000, 300_000)
    await good_books(world)


async def repair(world: World, given: dict[str, Any], number: int, on: str) -> Any:
    """A list of one person for a house repaired once per household."""
    asked = body(given, person(world, number, **REPAIR), programme="housing_repair", period="once", prepared_on=on)
    asked["lines"][0]["amount_fen"] = 1_000_000
    return await world.post(CLAIMANT, ROOT, asked)


@pytest.mark.parametrize("status", ["not_registered", "removed", "dead"])
async def test_who_waits_and_may_have_it_no_more_bars_the_household_no_longer(
    world: World, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    given = await allocation(world)
    batch = (await repair(world, given, 1, day(5))).json()
    await world.made(CHECKER, f"{ROOT}/{batch['batch_id']}/decision", APPROVE)
    batch = await waits(world, monkeypatch, batch, 1)
    known = {"person_id": "person-1"} if status != "not_registered" else {}
    world.people[identity(1)] = {"status": status} | known
    assert "duplicate_household" in (await repair(world, given, 2, day(6))).text
    whole = await regrant(world, batch, 0, prepared_on=day(6))
    assert (code_of(whole), (await state_of(world, batch))[0]) == ("grant_lines_refused", "waiting")
    ended = await regrant(world, batch, 0, prepared_on=day(6), mode="accept_good")
    assert ended.status_code == 201, ended.text
    own = ended.json()
    assert (own["state"], own["total_fen"], own["accepted_lines"], own["refused_lines"]) == ("refused", 0, 0, 1)
    assert [(row["state"], row["reason"]) for row in own["lines"]] == [("refused", status)]
    assert await state_of(world, batch) == ("stopped", status)
    assert code_of(await regrant(world, batch, 0, prepared_on=day(6))) == "nothing_to_regrant"
    late = await world.post(CHECKER, f"{ROOT}/{own['batch_id']}/decision", APPROVE | {"decided_on": day(6)})
    assert code_of(late) == "already_decided"
    assert (await world.seen(READER, "/trace", batch_id=own["batch_id"]))["differences"] == []
    other = await repair(world, given, 2, day(6))
    assert other.status_code == 201, other.text
    assert await carried(world, other.json(), day(6, 2)) == ["paid"]
    await good_books(world)


async def test_who_waits_no_more_is_listed_anew_like_anybody_once_entitled_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And waiting ends on other money too, where the project of the first was stopped."""
    batch = await waits(world, monkeypatch, await approved(world, person(world, 1)), 1)
    await world.tell("G1", version=2, state="stopped")
    fresh = await other_money(world)
    person(world, 1, schooling="primary")
    named = {"mode": "accept_good", "allocation_id": fresh["allocation_id"]}
    ended = await regrant(world, batch, 0, prepared_on=day(6), **named)
    assert [(row["reason"], row["reason_detail"]) for row in ended.json()["lines"]] == [("not_entitled", "schooling")]
    assert await state_of(world, batch) == ("stopped", "not_entitled")
    given = await world.seen(READER, f"/allocations/{fresh['allocation_id']}")
    assert given["available_fen"] == 1_000_000
    listed = await world.made(CLAIMANT, ROOT, body(fresh, person(world, 1), prepared_on=day(6)))
    assert await carried(world, listed, day(6, 2)) == ["paid"]
    await good_books(world)


async def test_who_is_refused_for_the_account_goes_on_waiting_alone_or_with_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = await approved(world, person(world, 1), person(world, 11), person(world, 21))
    batch = await waits(world, monkeypatch, batch, 1, 11)
    person(world, 1, account_mark="account-household-2")
    with monkeypatch.context() as may:
        stand(may, day(5, 20))
        alone = await regrant(world, batch, 0, mode="accept_good")
        assert (code_of(alone), alone.json()["errors"][0]["code"]) == ("no_grant_line_good", "account_shared")
        both = await regrant(world, batch, 0, 1, mode="accept_good")
    assert [(row["state"], row["reason"]) for row in both.json()["lines"]] == [
        ("refused", "account_shared"), ("prepared", None),
    ]  # fmt: skip
    assert await state_of(world, batch) == ("waiting", "account_changed")
    assert (await state_of(world, batch, 1))[0] == "stopped"
    elsewhere = await world.post(CLAIMANT, ROOT, body(batch, person(world, 1), prepared_on=day(6)))
    assert "duplicate_across" in elsewhere.text
    anew = await regrant(world, batch, 0, prepared_on=day(6))
    assert (anew.status_code, anew.json()["total_fen"]) == (201, 300_000)
    await good_books(world)


REFUSE = {"outcome": "refuse", "opinion": "退回重核"}


@pytest.mark.parametrize("approved_first", [False, True])
async def test_who_waited_waits_on_when_the_list_they_were_granted_anew_in_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch, approved_first: bool
) -> None:
    batch = await waits(world, monkeypatch, await approved(world, person(world, 1)), 1)
    anew = (await regrant(world, batch, 0, prepared_on=day(5, 20))).json()
    path = f"/grant-batches/{anew['batch_id']}/decision"
    if approved_first:
        await world.made(CHECKER, path, APPROVE | {"decided_on": day(5, 20)})
    refused = await world.made(CHECKER, path, REFUSE | {"decided_on": day(5, 20)})
    assert [row["state"] for row in refused["lines"]] == ["refused"]
    assert (await state_of(world, batch))[0] == "waiting"
    listed = body({"allocation_id": batch["allocation_id"]}, identity(1), prepared_on=day(5, 20))
    assert (await world.post(CLAIMANT, ROOT, listed)).status_code == 422, "their place is theirs"
    again = await regrant(world, batch, 0, prepared_on=day(5, 21))
    assert again.status_code == 201, again.text
    assert (await state_of(world, batch))[0] == "stopped"
    await check_walks(world)


async def test_a_refused_list_does_not_shorten_the_days_a_changed_account_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = await waits(world, monkeypatch, await approved(world, person(world, 1)), 1)
    person(world, 1, account_mark="changed-once-more")
    with monkeypatch.context() as may:
        stand(may, day(5, 13))
        anew = (await regrant(world, batch, 0, prepared_on=day(5, 13))).json()
        days_over = anew["lines"][0]["cool_until"]
        await world.made(CHECKER, f"/grant-batches/{anew['batch_id']}/decision", REFUSE | {"decided_on": day(5, 13)})
        listed = body({"allocation_id": batch["allocation_id"]}, identity(1), prepared_on=day(5, 13))
        assert (await world.post(CLAIMANT, ROOT, listed)).status_code == 422
        early = await regrant(world, batch, 0, prepared_on=day(5, 13))
        assert early.status_code == 422, "the account of the second change waits its days as well"
    line = (await world.seen(READER, f"/grant-batches/{batch['batch_id']}"))["lines"][0]
    assert (line["state"], line["cool_until"]) == ("waiting", days_over)


async def test_nobody_told_dead_waits_on_when_their_list_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = await waits(world, monkeypatch, await approved(world, person(world, 1), person(world, 21)), 1, 21)
    anew = (await regrant(world, batch, 0, 1, prepared_on=day(5, 20))).json()
    await world.died(1, day(5, 20))
    await world.made(CHECKER, f"/grant-batches/{anew['batch_id']}/decision", REFUSE | {"decided_on": day(5, 21)})
    assert [(await state_of(world, batch, index))[0] for index in (0, 1)] == ["stopped", "waiting"]


async def test_a_list_is_refused_though_others_have_by_now_what_those_who_waited_held(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waited moved to another household, and somebody of the one they left has its place."""
    given = await allocation(world)
    batch = (await repair(world, given, 1, day(5))).json()
    await world.made(CHECKER, f"{ROOT}/{batch['batch_id']}/decision", APPROVE)
    batch = await waits(world, monkeypatch, batch, 1)
    world.people[identity(1)] |= {"household_id": "household-7"}
    anew = (await regrant(world, batch, 0, prepared_on=day(5, 20))).json()
    assert (await repair(world, given, 2, day(6))).status_code == 201
    await world.made(CHECKER, f"{ROOT}/{anew['batch_id']}/decision", REFUSE | {"decided_on": day(6)})
    assert await state_of(world, batch) == ("stopped", "duplicate_household")
    listed = body(given, identity(1), programme="housing_repair", period="once", prepared_on=day(6))
    listed["lines"][0]["amount_fen"] = 1_000_000
    assert (await world.post(CLAIMANT, ROOT, listed)).status_code == 201, "listed anew like anybody"
    await good_books(world)


async def test_a_returned_line_that_is_refused_anew_makes_no_list_of_nobody(world: World) -> None:
    batch = await ordered(world, await approved(world, person(world, 1)))
    told = {"line_id": batch["lines"][0]["line_id"], "outcome": "returned", "bank_reference": "r1"}
    batch = await world.made(
        CONFIRMER, f"{ROOT}/{batch['batch_id']}/result", {"settled_on": day(5, 13), "lines": [told]}
    )
    person(world, 1, schooling="primary")
    assert code_of(await regrant(world, batch, 0, mode="accept_good")) == "no_grant_line_good"
    assert len((await world.seen(READER, ROOT))["items"]) == 1
    await good_books(world)

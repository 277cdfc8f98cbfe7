"""Granting anew after a wrong account, waiting after a changed one, and what a household received in all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.funds.api.test_grant_batches import APPROVE, allocation, approved, body, ordered, person
from tests.services.funds.clocks import stand
from tests.services.funds.world import (
    CHECKER,
    CLAIMANT,
    CONFIRMER,
    COUNTY,
    ELSEWHERE,
    READER,
    RELEASER,
    YEAR,
    World,
    code_of,
    day,
)

ROOT = "/grant-batches"


async def regrant(world: World, batch: dict[str, Any], *indexes: int, **changes: Any) -> Any:
    lines = [batch["lines"][index]["line_id"] for index in indexes]
    request = {"lines": lines, "mode": "refuse_batch", "prepared_on": day(5, 20)} | changes
    return await world.post(CLAIMANT, f"{ROOT}/{batch['batch_id']}/regrants", request)


async def paid(world: World, batch: dict[str, Any], on: int = 21) -> dict[str, Any]:
    path = f"{ROOT}/{batch['batch_id']}"
    await world.made(CHECKER, f"{path}/decision", APPROVE | {"decided_on": day(5, on)})
    order = {"order_no": f"o{batch['batch_id']}", "ordered_on": day(5, on + 1)}
    await world.made(RELEASER, f"{path}/payment", order)
    result = {"settled_on": day(5, on + 2), "all_paid_reference": f"p{batch['batch_id']}"}
    return await world.made(CONFIRMER, f"{path}/result", result)


async def test_a_line_the_bank_returned_is_granted_anew_once_and_paid(world: World) -> None:
    batch = await ordered(world, await approved(world, person(world, 1), person(world, 2)))
    first, second = (row["line_id"] for row in batch["lines"])
    result = {
        "settled_on": day(5, 13),
        "lines": [
            {"line_id": first, "outcome": "returned", "bank_reference": "r1"},
            {"line_id": second, "outcome": "paid", "bank_reference": "r2"},
        ],
    }
    batch = await world.made(CONFIRMER, f"{ROOT}/{batch['batch_id']}/result", result)
    assert code_of(await regrant(world, batch, 1)) == "nothing_to_regrant"
    other = await regrant(world, batch, lines=[999])
    assert code_of(other) == "grant_line_unknown"
    world.people[next(iter(world.people))]["facts"] = {"account_mark": "the-right-account"}
    again = await regrant(world, batch, 0)
    assert again.status_code == 201, again.text
    assert again.json()["lines"][0]["regrant_of"] == first
    assert code_of(await regrant(world, batch, 0)) == "already_regranted"
    done = await paid(world, again.json())
    assert [row["state"] for row in done["lines"]] == ["paid"]
    refused = await world.post(CLAIMANT, ROOT, body({"allocation_id": batch["allocation_id"]}, person(world, 1)))
    assert "duplicate_across" in refused.text
    await world.books_balance()


async def test_an_account_changed_after_approval_waits_its_days_and_is_checked_by_other_persons(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = await approved(world, person(world, 1), person(world, 11))
    person(world, 1, account_mark="changed-the-day-before")
    with monkeypatch.context() as may:
        stand(may, day(5, 12))
        batch = await ordered(world, batch)
    assert [(row["state"], row["reason"], row["cool_until"]) for row in batch["lines"]] == [
        ("waiting", "account_changed", day(5, 19)), ("ordered", None, None),
    ]  # fmt: skip
    given = await world.seen(READER, f"/allocations/{batch['allocation_id']}")
    assert given["available_fen"] == 10_000_000 - 300_000
    elsewhere = await world.post(CLAIMANT, ROOT, body({"allocation_id": batch["allocation_id"]}, person(world, 1)))
    assert "duplicate_across" in elsewhere.text
    person(world, 1, account_mark="changed-the-day-before")
    early = await regrant(world, batch, 0, prepared_on=day(5, 18))
    assert early.json()["errors"][0]["code"] == "account_cooling"
    assert (await world.seen(READER, f"{ROOT}/{batch['batch_id']}"))["lines"][0]["state"] == "waiting"
    anew = (await regrant(world, batch, 0, prepared_on=day(5, 19))).json()
    assert (await world.seen(READER, f"{ROOT}/{batch['batch_id']}"))["lines"][0]["state"] == "stopped"
    assert [row["state"] for row in (await paid(world, anew))["lines"]] == ["paid"]
    await world.books_balance()


async def test_the_days_a_changed_account_waits_begin_on_the_day_it_is_done_whatever_day_is_stated(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = await approved(world, person(world, 1))
    person(world, 1, account_mark="second")
    with monkeypatch.context() as june:
        stand(june, day(6, 1))
        batch = await ordered(world, batch)  # and says 12 May
        assert [(row["state"], row["cool_until"]) for row in batch["lines"]] == [("waiting", day(6, 8))]
        early = await regrant(world, batch, 0, prepared_on=day(5, 20))
        assert early.json()["errors"][0]["code"] == "account_cooling"
        stand(june, day(6, 9))
        early = await regrant(world, batch, 0, prepared_on=day(6, 7))
        assert early.json()["errors"][0]["code"] == "account_cooling"
        person(world, 1, account_mark="third")
        anew = (await regrant(world, batch, 0, prepared_on=day(6, 1))).json()
        assert anew["lines"][0]["cool_until"] == day(6, 16)
        path = f"{ROOT}/{anew['batch_id']}"
        await world.made(CHECKER, f"{path}/decision", APPROVE | {"decided_on": day(6, 9)})
        kept = await world.made(RELEASER, f"{path}/payment", {"order_no": "o9", "ordered_on": day(6, 9)})
        assert [(row["state"], row["reason"]) for row in kept["lines"]] == [("waiting", "account_cooling")]
    await world.books_balance()


async def test_an_account_changed_once_more_waits_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = await approved(world, person(world, 1))
    person(world, 1, account_mark="second")
    batch = await ordered(world, batch)
    assert batch["state"] == "settled"
    person(world, 1, account_mark="third")
    with monkeypatch.context() as may:
        stand(may, day(5, 20))
        anew = (await regrant(world, batch, 0)).json()
    assert anew["lines"][0]["cool_until"] == day(5, 27)
    path = f"{ROOT}/{anew['batch_id']}"
    await world.made(CHECKER, f"{path}/decision", APPROVE | {"decided_on": day(5, 21)})
    sent = await world.made(RELEASER, f"{path}/payment", {"order_no": "o9", "ordered_on": day(5, 26)})
    assert [(row["state"], row["reason"]) for row in sent["lines"]] == [("waiting", "account_cooling")]
    last = (await regrant(world, sent, 0, prepared_on=day(5, 27))).json()
    assert [row["state"] for row in (await paid(world, last, 27))["lines"]] == ["paid"]
    await world.books_balance()


async def test_a_households_card_shows_all_it_received_by_year_programme_and_project(world: World) -> None:
    batch = await approved(world, person(world, 11), person(world, 12), person(world, 21))
    sent = await ordered(world, batch)
    result = {"settled_on": day(5, 13), "all_paid_reference": "p1"}
    await world.made(CONFIRMER, f"{ROOT}/{sent['batch_id']}/result", result)
    given = {"allocation_id": batch["allocation_id"]}
    lines = [{"ref": "w", "identity_number": person(world, 11), "amount_fen": 100_000}]
    relief = body(given) | {"programme": "temporary_relief", "period": f"{YEAR}-05", "lines": lines}
    await world.made(CLAIMANT, ROOT, relief)
    card = await world.seen(READER, "/households/household-1/grants")
    assert (card["paid_fen"], card["on_the_way_fen"], card["by_year"]) == (600_000, 100_000, {str(YEAR): 600_000})
    assert [(row["programme"], row["project_code"], row["paid_count"]) for row in card["sums"]] == [
        ("rain_dew_plan", "G1", 2), ("temporary_relief", "G1", 0),
    ]  # fmt: skip
    assert card["sums"][0]["programme_name"].startswith("雨露计划")
    assert (len(card["items"]), card["complete"]) == (3, True)
    assert (await world.get(ELSEWHERE, "/households/household-1/grants")).status_code == 404
    assert (await world.get(READER, "/households/nobody/grants")).status_code == 404


async def test_who_is_entitled_and_was_not_paid_is_told_page_by_page(world: World) -> None:
    given = await allocation(world)
    for number in (1, 2, 3):
        person(world, number, schooling="bachelor_1")
    person(world, 4, schooling="primary")
    person(world, 5, division="341621101200", schooling="bachelor_1")
    period = f"{YEAR - 1}-{YEAR}"
    await world.made(CLAIMANT, ROOT, body(given, person(world, 2, schooling="bachelor_1")))
    asked = {"programme": "rain_dew_plan", "division_code": COUNTY, "fund_year": YEAR, "period": period, "limit": 2}
    first = await world.seen(READER, "/entitlements", **asked)
    second = await world.seen(READER, "/entitlements", **asked, cursor=first["next_cursor"])
    third = await world.seen(READER, "/entitlements", **asked, cursor=second["next_cursor"])
    pages = (first, second, third)
    assert [row["person_id"] for page in pages for row in page["items"]] == ["person-1", "person-3"]
    assert (first["unpaid_fen"], third["next_cursor"]) == (300_000, None)
    assert "雨露计划" in first["programme_name"]
    for changes, code in (
        ({"programme": "temporary_relief"}, "entitlement_not_computable"),
        ({"programme": "moon_plan"}, "programme_unknown"),
        ({"period": f"{YEAR}"}, "period_wrong"),
        ({"cursor": "WyJhIl0"}, "cursor_refused"),
    ):
        wrong = await world.get(READER, "/entitlements", **(asked | changes))
        assert (wrong.status_code in (400, 422), code_of(wrong)) == (True, code)


async def test_who_exited_and_keeps_a_grant_is_told_as_unpaid_where_the_programme_goes_on(world: World) -> None:
    person(world, 1, status="exited", pension_insurance=True, age=40, schooling="bachelor_1")
    asked = {"division_code": COUNTY, "fund_year": YEAR}
    goes_on = await world.seen(READER, "/entitlements", **asked, programme="pension_lowest_tier", period=f"{YEAR}")
    ended = await world.seen(READER, "/entitlements", **asked, programme="rain_dew_plan", period=f"{YEAR - 1}-{YEAR}")
    assert [row["person_id"] for row in goes_on["items"]] == ["person-1"]
    assert ended["items"] == []

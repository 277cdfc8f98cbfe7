"""Grant lists by workbook, mandates to receive for others, and a list of ten thousand."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from tests.services.funds.api.test_documents import workbook
from tests.services.funds.api.test_grant_batches import APPROVE, allocation, body, identity, ordered, person
from tests.services.funds.world import (
    BASE,
    CHECKER,
    CLAIMANT,
    CONFIRMER,
    ELSEWHERE,
    READER,
    YEAR,
    World,
    code_of,
    day,
    desk,
    grant_of,
)

ROOT = "/grant-batches"
HEAD: list[object] = ["序号", "身份证号码", "金额(元)", "领款人身份证号码"]


async def upload(world: World, given: dict[str, Any], rows: Sequence[Sequence[object]], **changes: str) -> Any:
    form = {
        "programme": "temporary_relief", "allocation_id": str(given["allocation_id"]), "fund_year": str(YEAR),
        "period": f"{YEAR}-05", "mode": "accept_good", "prepared_on": day(5),
    } | changes  # fmt: skip
    async with world.funds.as_(CLAIMANT) as client:
        return await client.post(
            BASE + ROOT + "/imports",
            data=form,
            files={"file": ("a.xlsx", workbook(rows, "发放名单"), "application/octet-stream")},
            headers={"Idempotency-Key": uuid.uuid4().hex},
        )


async def test_a_workbook_becomes_a_batch_exact_to_the_fen(world: World) -> None:
    given = await allocation(world)
    rows: list[list[object]] = [
        HEAD,
        [1, person(world, 1), 1000.01],
        [2, person(world, 11), "1,500"],
        [3, identity(99), 1000],
        ["合计", None, 3500.01],
    ]
    made = await upload(world, given, rows)
    assert made.status_code == 201, made.text
    assert [(row["ref"], row["amount_fen"], row["reason"]) for row in made.json()["lines"]] == [
        ("row-2", 100_001, None), ("row-3", 150_000, None), ("row-4", 100_000, "not_registered"),
    ]  # fmt: skip
    assert identity(1) not in made.text


async def test_a_wrong_workbook_is_refused_by_row_and_no_money_is_set_aside(world: World) -> None:
    given = await allocation(world)
    one, total = [1, person(world, 1), 1000], ["合计", None, 1000]
    sheets: list[tuple[Any, str]] = [
        ([["序号"], one, total], "grant_sheet_headers_wrong"),
        ([HEAD, one], "grant_sheet_sum_missing"),
        ([HEAD, one, ["合计", None, 999.99]], "grant_sheet_sum_wrong"),
        ([HEAD, [1, person(world, 1), 1000.001], total], "grant_sheet_amount_wrong"),
        ([HEAD, [1, person(world, 1), "1e3"], total], "grant_sheet_amount_wrong"),
        ([HEAD, [1, person(world, 1), "1,5"], total], "grant_sheet_amount_wrong"),
        ([HEAD, [1, person(world, 1), "30,00.00"], total], "grant_sheet_amount_wrong"),
        ([HEAD, [1, "3412221990010100", 1000], total], "grant_sheet_row_wrong"),
        ([HEAD, [1, person(world, 1), 1000, "谁"], total], "grant_sheet_row_wrong"),
    ]
    for rows, code in sheets:
        refused = await upload(world, given, rows)
        assert (refused.status_code, code_of(refused)) == (422, code)
    assert (await world.seen(READER, f"/allocations/{given['allocation_id']}"))["available_fen"] == 10_000_000


async def test_a_mandate_counts_once_another_person_approved_it_and_only_on_its_days(world: World) -> None:
    given = await allocation(world)
    number, neighbour = person(world, 1), person(world, 11)
    asked = {
        "identity_number": number, "payee_identity_number": neighbour, "valid_from": day(5), "valid_to": day(5, 31),
        "reason": "本人住院", "paper_sha256": "a" * 64,
    }  # fmt: skip
    listed = body(given, number)
    listed["lines"][0]["payee_identity_number"] = neighbour
    assert "payee_not_allowed" in (await world.post(CLAIMANT, ROOT, listed)).text
    for changes, code in (
        ({"payee_identity_number": identity(99)}, "mandate_person_wrong"),
        ({"payee_identity_number": number}, "mandate_person_wrong"),
        ({"valid_to": day(4)}, "mandate_days_wrong"),
    ):
        assert code_of(await world.post(CLAIMANT, "/grant-mandates", asked | changes)) == code
    made = await world.made(CLAIMANT, "/grant-mandates", asked)
    path = f"/grant-mandates/{made['mandate_id']}/decision"
    assert "payee_not_allowed" in (await world.post(CLAIMANT, ROOT, listed)).text
    own = desk("grant.decide", person=CLAIMANT.person)
    assert code_of(await world.post(own, path, APPROVE)) == "same_person"
    assert (await world.post(ELSEWHERE, path, APPROVE)).status_code == 404
    await world.made(CHECKER, path, APPROVE)
    assert code_of(await world.post(CHECKER, path, APPROVE)) == "already_decided"
    assert "payee_not_allowed" in (await world.post(CLAIMANT, ROOT, listed | {"prepared_on": day(6)})).text
    batch = await world.made(CLAIMANT, ROOT, listed)
    assert (batch["lines"][0]["payee_person_id"], batch["lines"][0]["payee_basis"]) == ("person-11", "mandate")
    (seen,) = (await world.seen(READER, "/grant-mandates", person_id="person-1"))["items"]
    assert (seen["state"], seen["payee_person_id"]) == ("approved", "person-11")
    assert (await world.seen(ELSEWHERE, "/grant-mandates"))["items"] == []


async def mandated(world: World, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A mandate of the first person for the neighbour, and an approved list of a grant that goes to the latter."""
    given = await allocation(world)
    number, neighbour = person(world, 1), person(world, 11)
    asked = {
        "identity_number": number, "payee_identity_number": neighbour, "valid_from": day(4), "valid_to": None,
        "reason": "本人卧床", "paper_sha256": "a" * 64,
    } | changes  # fmt: skip
    mandate = await world.made(CLAIMANT, "/grant-mandates", asked)
    await world.made(CHECKER, f"/grant-mandates/{mandate['mandate_id']}/decision", APPROVE)
    wanted = body(given, number)
    wanted["lines"][0]["payee_identity_number"] = neighbour
    batch = await world.made(CLAIMANT, ROOT, wanted)
    return mandate, await world.made(CHECKER, f"{ROOT}/{batch['batch_id']}/decision", APPROVE)


async def outcome(world: World, batch: dict[str, Any]) -> tuple[str, str | None]:
    (line,) = (await ordered(world, batch))["lines"]
    return line["state"], line["reason"]


async def test_a_mandate_that_ran_out_before_the_order_stops_the_grant(world: World) -> None:
    _, batch = await mandated(world, valid_to=day(5, 5))
    assert await outcome(world, batch) == ("stopped", "payee_not_allowed")
    await world.books_balance()


async def test_an_order_dated_back_into_the_days_of_a_mandate_does_not_bring_it_back(world: World) -> None:
    _, batch = await mandated(world, valid_to=day(5, 20))
    assert await outcome(world, batch) == ("stopped", "payee_not_allowed"), "it was ordered for 12 May, after them"


async def test_a_mandate_in_force_is_paid_by(world: World) -> None:
    _, batch = await mandated(world)
    assert await outcome(world, batch) == ("ordered", None)


async def test_a_mandate_is_ended_by_one_person_and_nothing_is_released_by_it_any_more(world: World) -> None:
    """The person takes the paper back after the list was approved; the grant is listed anew for themself."""
    mandate, batch = await mandated(world)
    path, over = f"/grant-mandates/{mandate['mandate_id']}/end", {"ended_on": day(5, 20), "reason": "本人撤回委托"}
    late = await world.post(CLAIMANT, path, over | {"ended_on": "2199-01-01"})
    assert code_of(late) == "day_in_future"
    assert (await world.post(ELSEWHERE, path, over)).status_code == 404
    done = await world.made(CLAIMANT, path, over)
    assert (done["state"], done["ended_on"], done["end_reason"]) == ("ended", day(5, 20), "本人撤回委托")
    assert code_of(await world.post(CLAIMANT, path, over)) == "step_not_due"
    assert await outcome(world, batch) == ("stopped", "payee_not_allowed"), "whatever day the order states"
    wanted = body({"allocation_id": batch["allocation_id"]}, identity(1))
    wanted["lines"][0]["payee_identity_number"] = identity(11)
    assert "payee_not_allowed" in (await world.post(CLAIMANT, ROOT, wanted)).text
    del wanted["lines"][0]["payee_identity_number"]
    await world.made(CLAIMANT, ROOT, wanted)
    await world.books_balance()


async def test_a_mandate_renewed_by_a_new_paper_is_in_force_on_the_days_of_both(world: World) -> None:
    """An order of 12 May that is entered later: the first paper ran out at the end of May, the second goes on."""
    _, batch = await mandated(world, valid_to=day(5, 31))
    renewed = {
        "identity_number": identity(1), "payee_identity_number": identity(11), "valid_from": day(6, 1),
        "valid_to": None, "reason": "本人卧床", "paper_sha256": "b" * 64,
    }  # fmt: skip
    mandate = await world.made(CLAIMANT, "/grant-mandates", renewed)
    path = f"/grant-mandates/{mandate['mandate_id']}/decision"
    await world.made(CHECKER, path, APPROVE | {"decided_on": day(6, 1)})
    assert await outcome(world, batch) == ("ordered", None)


async def test_ten_thousand_lines_go_through_all_steps_as_one_movement_each(world: World) -> None:
    world.projects["G1"] = grant_of("G1", purpose="grants", state="planned", contract_fen=None, plan_line_fen=10**10)
    given = await world.allocation(await world.money(5 * 10**9), 5 * 10**9, "G1")
    numbers = []
    for serial in range(10_000):
        numbers.append(f"34122219900{serial:06d}X")
        world.people[numbers[-1]] = {
            "status": "eligible", "person_id": f"person-{serial}", "household_id": f"household-{serial // 3}",
            "division_code": "341622101200", "name_masked": "张*", "household_version": 3,
        }  # fmt: skip
    batch = await world.made(CLAIMANT, ROOT, body(given, *numbers))
    path = f"{ROOT}/{batch['batch_id']}"
    await world.made(CHECKER, f"{path}/decision", APPROVE)
    await ordered(world, batch)
    done = await world.made(CONFIRMER, f"{path}/result", {"settled_on": day(5, 13), "all_paid_reference": "all"})
    assert (done["state"], done["accepted_lines"], done["total_fen"]) == ("settled", 10_000, 3 * 10**9)
    assert {row["state"] for row in done["lines"]} == {"paid"}
    assert len([path for path in world.asked if path == "/internal/persons/eligibility"]) == 8
    await world.books_balance()

"""Forbidden uses and the management fee over HTTP: refused when allocated, claimed and paid; nothing moves."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from datetime import date
from typing import Any

from sqlalchemy import delete, text, update

from services.funds.storage.tables import Allocation, Claim, ForbiddenUse
from shared.chassis.clock import office_today
from tests.services.funds.api import test_grant_batches as grants
from tests.services.funds.checks import check_progress, check_walks
from tests.services.funds.world import (
    CHECKER,
    CLAIMANT,
    COUNTY,
    ELSEWHERE,
    MAKER,
    PROVINCE,
    READER,
    RELEASER,
    YEAR,
    World,
    claim_body,
    code_of,
    day,
    document_body,
    grant_of,
    pointer_of,
)


def asked(receipt: dict[str, Any], amount: int = 100, **changes: Any) -> dict[str, Any]:
    return {
        "receipt_id": receipt["receipt_id"], "project_code": "P1", "amount_fen": amount, "proposed_on": day(3),
    } | changes  # fmt: skip


async def test_special_money_is_not_allocated_to_a_forbidden_use(world: World) -> None:
    receipt = await world.money(1000)
    refused = await world.post(MAKER, "/allocations", asked(receipt, use_code="buildings"))
    assert (refused.status_code, code_of(refused), pointer_of(refused)) == (422, "use_forbidden", "/use_code")
    assert "2021" in refused.json()["facts"]["source"]
    unknown = await world.post(MAKER, "/allocations", asked(receipt, use_code="holidays"))
    assert code_of(unknown) == "use_unknown"
    assert (await world.seen(READER, f"/receipts/{receipt['receipt_id']}"))["left_fen"] == 1000
    made = await world.made(MAKER, "/allocations", asked(receipt))
    assert made["use_code"] == "works"
    await world.books_balance()


async def test_a_claim_for_a_forbidden_use_is_refused_and_so_is_its_payment(world: World) -> None:
    allocation = await world.allocation(await world.money(1000), 1000)
    wrong = claim_body(allocation, 300) | {"use_code": "vehicles"}
    refused = await world.post(CLAIMANT, "/claims", wrong)
    assert (refused.status_code, code_of(refused)) == (422, "use_forbidden")
    claim = await world.claim(allocation, 300)
    await world.review(claim)
    async with world.funds.fastapi.state.database.session() as session:
        await session.execute(update(Claim).where(Claim.id == claim["claim_id"]).values(use_code="debt"))
    body = {"claim_id": claim["claim_id"], "order_no": "N1", "ordered_on": day(5, 12)}
    late = await world.post(RELEASER, "/payments", body)
    assert (late.status_code, code_of(late)) == (422, "use_forbidden")
    seen = await world.seen(READER, f"/allocations/{allocation['allocation_id']}")
    assert seen["available_fen"] == 700
    assert (await world.seen(READER, "/payments"))["items"] == []
    await world.books_balance()


async def test_the_lists_of_uses_and_bans_are_read_with_their_sources(world: World) -> None:
    uses = {row["code"] for row in (await world.seen(READER, "/fund-uses"))["items"]}
    bans = (await world.seen(READER, "/forbidden-uses"))["items"]
    assert {row["use_code"] for row in bans} <= uses
    assert all(row["source"] for row in bans)


async def test_the_management_fee_stays_below_its_share_of_the_base(world: World) -> None:
    """1 % of 90,000 fen: money for work-for-relief is no part of the base."""
    lines = [
        {"division_code": COUNTY, "amount_fen": 90_000, "direction": "扶贫发展"},
        {"division_code": COUNTY, "amount_fen": 10_000, "direction": "以工代赈"},
    ]
    document = await world.made(PROVINCE, "/documents", document_body({COUNTY: 100_000}, lines=lines))
    receipts = []
    for line in document["lines"]:
        wanted = {"document_id": document["document_id"], "division_code": COUNTY, "received_on": day(2)}
        unnamed = await world.post(MAKER, "/receipts", wanted | {"amount_fen": line["amount_fen"]})
        assert code_of(unnamed) == "line_not_named"
        receipts.append(
            await world.made(
                MAKER, "/receipts", wanted | {"amount_fen": line["amount_fen"], "line_id": line["line_id"]}
            )
        )
    assert [row["direction"] for row in receipts] == ["扶贫发展", "以工代赈"]
    over = await world.post(MAKER, "/allocations", asked(receipts[0], 901, use_code="management_fee"))
    assert (over.status_code, code_of(over)) == (422, "over_management_fee")
    assert over.json()["facts"] == {"left_fen": 900, "ceiling_fen": 900}
    fee = asked(receipts[0], 300, use_code="management_fee")
    answers = await asyncio.gather(*(world.insist(MAKER, "/allocations", fee) for _ in range(8)))
    assert Counter(answer.status_code for answer in answers) == {201: 3, 422: 5}
    (seen,) = (await world.seen(READER, "/management-fees", division_code=COUNTY, fund_year=YEAR))["items"]
    assert (seen["base_fen"], seen["excluded_fen"], seen["ceiling_fen"]) == (90_000, 10_000, 900)
    assert (seen["used_fen"], seen["left_fen"], seen["rate"]) == (900, 0, "0.01")
    await world.books_balance()


async def banned(world: World, use_code: str, since: date) -> None:
    """A ban of the county on special money."""
    async with world.funds.fastapi.state.database.session() as session:
        ban = ForbiddenUse(
            division_code=COUNTY, fund_kind="special", use_code=use_code, valid_from=since, source="县扶贫资金负面清单"
        )
        session.add(ban)


async def test_what_money_was_allocated_for_is_asked_whatever_its_claimant_says(world: World) -> None:
    allocation = await world.allocation(await world.money(1000), 1000)
    claim = await world.review(await world.claim(allocation, 300))
    await banned(world, "works", office_today())
    for changes in ({}, {"use_code": "grants"}, {"claimed_on": day(5)}):
        refused = await world.post(CLAIMANT, "/claims", claim_body(allocation, 100) | changes)
        assert (refused.status_code, code_of(refused)) == (422, "use_forbidden"), changes
    for on in (office_today().isoformat(), day(5, 12)):
        late = await world.post(
            RELEASER, "/payments", {"claim_id": claim["claim_id"], "order_no": on, "ordered_on": on}
        )
        assert (late.status_code, code_of(late)) == (422, "use_forbidden"), f"dated {on}, before the ban or not"
    assert (await world.seen(READER, "/payments"))["items"] == []
    await world.books_balance()


async def test_what_was_proposed_before_a_ban_is_not_approved_after_it(world: World) -> None:
    receipt = await world.money(1000)
    made = await world.made(MAKER, "/allocations", asked(receipt))
    await banned(world, "works", office_today())
    path = f"/allocations/{made['allocation_id']}/decision"
    for on in (office_today().isoformat(), day(3, 10)):
        late = await world.post(CHECKER, path, {"outcome": "approve", "opinion": "同意", "decided_on": on})
        assert (late.status_code, code_of(late)) == (422, "use_forbidden"), f"dated {on}, before the ban or not"
    await world.made(CHECKER, path, {"outcome": "refuse", "opinion": "已列入负面清单", "decided_on": day(3, 10)})
    assert (await world.seen(READER, f"/receipts/{receipt['receipt_id']}"))["left_fen"] == 1000
    await world.books_balance()


async def test_a_management_fee_is_claimed_on_money_allocated_for_it_alone(world: World) -> None:
    allocation = await world.allocation(await world.money(1000), 1000)
    refused = await world.post(CLAIMANT, "/claims", claim_body(allocation, 300) | {"use_code": "management_fee"})
    assert (refused.status_code, code_of(refused)) == (422, "fee_not_allocated")
    await put_to(world, "management_fee")
    await world.made(CLAIMANT, "/claims", claim_body(allocation, 300) | {"use_code": "management_fee"})
    await world.books_balance()


async def test_a_document_that_names_a_project_gives_money_to_no_other(world: World) -> None:
    world.projects["P9"] = grant_of("P9")
    lines = [{"division_code": COUNTY, "amount_fen": 500, "project_code": "P9"}]
    document = await world.made(PROVINCE, "/documents", document_body({COUNTY: 500}, lines=lines))
    receipt = await world.receipt(document)
    refused = await world.post(MAKER, "/allocations", asked(receipt))
    assert (refused.status_code, code_of(refused)) == (422, "project_not_named")
    assert (await world.seen(READER, f"/receipts/{receipt['receipt_id']}"))["left_fen"] == 500


async def test_a_list_of_grants_is_neither_prepared_nor_ordered_for_a_forbidden_use(world: World) -> None:
    money = await grants.allocation(world)
    wanted = grants.body(money, grants.person(world, 1))
    await put_to(world, "bonuses")
    refused = await world.post(CLAIMANT, "/grant-batches", wanted)
    assert (refused.status_code, code_of(refused)) == (422, "use_forbidden")
    await put_to(world, "grants")
    batch = await world.made(CLAIMANT, "/grant-batches", wanted)
    path = f"/grant-batches/{batch['batch_id']}"
    await world.made(CHECKER, path + "/decision", grants.APPROVE)
    await put_to(world, "debt")
    late = await world.post(RELEASER, path + "/payment", {"order_no": "N1", "ordered_on": day(6)})
    assert (late.status_code, code_of(late)) == (422, "use_forbidden")
    assert (await world.seen(READER, path))["state"] == "approved"
    await world.books_balance()


async def test_a_list_of_grants_dated_back_does_not_get_round_a_ban_of_today(world: World) -> None:
    money = await grants.allocation(world)
    first, second = grants.person(world, 1), grants.person(world, 11)
    batch = await world.made(CLAIMANT, "/grant-batches", grants.body(money, first))
    path = f"/grant-batches/{batch['batch_id']}"
    await world.made(CHECKER, path + "/decision", grants.APPROVE)
    async with world.funds.fastapi.state.database.session() as session:
        ban = "insert into forbidden_uses (division_code, fund_kind, use_code, valid_from, source)"
        ban += " values (:county, 'special', 'grants', :today, '县文件')"
        await session.execute(text(ban), {"county": COUNTY, "today": office_today()})
    refused = await world.post(CLAIMANT, "/grant-batches", grants.body(money, second))
    assert (refused.status_code, code_of(refused), refused.json()["facts"]["source"]) == (
        422,
        "use_forbidden",
        "县文件",
    )
    late = await world.post(RELEASER, path + "/payment", {"order_no": "N1", "ordered_on": day(5, 12)})
    assert (late.status_code, code_of(late)) == (422, "use_forbidden")
    assert (await world.seen(READER, path))["state"] == "approved"
    await world.books_balance()


async def test_an_approved_list_whose_use_was_forbidden_since_is_refused_and_gives_money_and_places_back(
    world: World,
) -> None:
    money = await grants.allocation(world)
    first, second = grants.person(world, 1), grants.person(world, 11)
    batch = await world.made(CLAIMANT, "/grant-batches", grants.body(money, first, second))
    path = f"/grant-batches/{batch['batch_id']}"
    await world.made(CHECKER, path + "/decision", grants.APPROVE)
    await world.died(11, day(5, 11))
    await banned(world, "grants", office_today())
    late = await world.post(RELEASER, path + "/payment", {"order_no": "N1", "ordered_on": day(6)})
    assert code_of(late) == "use_forbidden"
    refuse = {"outcome": "refuse", "opinion": "已列入负面清单", "decided_on": day(6)}
    preparer = dataclasses.replace(CHECKER, person=CLAIMANT.person)
    for who, changes, code in (
        (CHECKER, {"outcome": "approve"}, "already_decided"), (CHECKER, {"decided_on": day(5, 9)}, "day_before_step"),
        (preparer, {}, "same_person"), (ELSEWHERE, {}, "not_found"),
    ):  # fmt: skip
        assert code_of(await world.post(who, path + "/decision", refuse | changes)) == code
    done = await world.made(CHECKER, path + "/decision", refuse)
    assert (done["state"], [(row["state"], row["reason"]) for row in done["lines"]]) == (
        "refused", [("refused", "batch_refused"), ("stopped", "dead")],
    )  # fmt: skip
    assert (done["decided_on"], done["opinion"]) == (day(5, 10), "同意"), "what was decided before stays"
    assert done["refusal"] == {"decided_on": day(6), "decided_by": CHECKER.account, "opinion": "已列入负面清单"}
    assert (await world.seen(READER, f"/allocations/{money['allocation_id']}"))["available_fen"] == 10_000_000
    assert code_of(await world.post(CHECKER, path + "/decision", refuse)) == "already_decided"
    late = await world.post(RELEASER, path + "/payment", {"order_no": "N1", "ordered_on": day(6)})
    assert code_of(late) == "step_not_due"
    await lifted(world, "grants")
    again = await world.made(CLAIMANT, "/grant-batches", grants.body(money, first, prepared_on=day(6, 2)))
    assert again["accepted_lines"] == 1
    await check_progress(world, READER, division_code=COUNTY)
    await check_walks(world)


async def lifted(world: World, use_code: str) -> None:
    """The county's ban on a use is no more."""
    async with world.funds.fastapi.state.database.session() as session:
        await session.execute(
            delete(ForbiddenUse).where(ForbiddenUse.use_code == use_code, ForbiddenUse.division_code == COUNTY)
        )


async def put_to(world: World, use_code: str) -> None:
    """What no request can do: an approved allocation's use changed behind everybody's back."""
    async with world.funds.fastapi.state.database.session() as session:
        await session.execute(update(Allocation).values(use_code=use_code))

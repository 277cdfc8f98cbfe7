"""A household's card: every kind of money that reached it or came back from it, each with what it goes back to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from tests.services.funds import credit
from tests.services.funds.api import test_dividends as dividends
from tests.services.funds.api import test_donations as donations
from tests.services.funds.api import test_grant_batches as grants
from tests.services.funds.api import test_pools as pools
from tests.services.funds.credit import APPROVE, BANKER, TELLER
from tests.services.funds.world import (
    CONFIRMER,
    COUNTY,
    ELSEWHERE,
    READING,
    YEAR,
    World,
    code_of,
    day,
    desk,
)

CARD = "/households/household-1/grants"
ALL = desk(*READING, "loan.read", "dividend.read", "donation.read", "pool.read")
OTHERS = ["dividend.read", "loan.read", "donation.read", "pool.read"]
RECOVERER = desk("claw_back.recover", "grant.decide", "payment.confirm", *READING)


async def card(world: World, who: Any = ALL) -> dict[str, Any]:
    return await world.seen(who, CARD)


async def moved(world: World) -> list[tuple[str, str, str, int]]:
    rows = (await card(world))["money"]
    return [(row["kind"], row["direction"], row["on"], row["amount_fen"]) for row in rows]


async def test_grants_paid_and_got_back_are_both_on_the_card(world: World) -> None:
    batch = await grants.ordered(world, await grants.approved(world, grants.person(world, 11)))
    result = {"settled_on": day(5, 13), "all_paid_reference": "p1"}
    await world.made(CONFIRMER, f"/grant-batches/{batch['batch_id']}/result", result)
    (paid,) = (await card(world))["money"]
    assert (paid["kind"], paid["direction"], paid["on"], paid["amount_fen"]) == ("grant", "in", day(5, 13), 300_000)
    assert paid["reference"] == f"grant_batch:{batch['batch_id']}"
    assert paid["source_document"].startswith("皖财预")
    assert paid["paper"] == batch["order_no"]
    await world.died(11, day(5, 1))
    (case,) = (await world.seen(RECOVERER, "/claw-backs"))["items"]
    back = {"recovered_on": day(6), "bank_reference": "back1", "note": "亲属退回"}
    await world.made(RECOVERER, f"/claw-backs/{case['case_id']}/recovery", back)
    seen = await card(world)
    assert [(row["kind"], row["direction"], row["on"]) for row in seen["money"]] == [
        ("claw_back", "out", day(6)), ("grant", "in", day(5, 13)),
    ]  # fmt: skip
    assert (seen["paid_fen"], seen["complete"], seen["money_complete"]) == (0, True, True)


async def test_a_loan_with_its_repayments_is_on_the_card_to_the_last_paper(world: World) -> None:
    loan = await credit.disbursed(world, credit.household(world, 1))
    await credit.repaid(world, loan, 1_000_000, day(2))
    path = f"/loans/{loan['loan_id']}"
    repayment = (await world.seen(BANKER, path))["repayments"][0]["repayment_id"]
    asked = await world.made(TELLER, f"{path}/repayments/{repayment}/reversal", {"reason": "记错户"})
    decision = f"/loan-repayment-reversals/{asked['reversal_id']}/decision"
    await world.made(BANKER, decision, APPROVE | {"decided_on": day(2, 5)})
    assert await moved(world) == [
        ("loan_repayment_reversal", "in", day(2, 5), 1_000_000),
        ("loan_repayment", "out", day(2), 1_000_000),
        ("loan", "in", day(1, 10), 5_000_000),
    ]
    request = {"county_code": COUNTY, "quarter": f"{YEAR}Q1", "prepared_on": day(4, 2)}
    made = await world.made(credit.FINANCE, "/interest-subsidies", request)
    decider = desk("loan.decide_subsidy", office=f"{COUNTY}-finance")
    path = f"/interest-subsidies/{made['subsidy_id']}/decision"
    await world.made(decider, path, APPROVE | {"decided_on": day(4, 3)})
    newest = (await card(world))["money"][0]
    assert (newest["kind"], newest["on"], newest["amount_fen"]) == ("interest_subsidy", day(4, 3), made["total_fen"])
    assert newest["paper"] == f"{YEAR}Q1"


async def test_dividends_donations_and_pool_money_are_on_the_card_and_summed_by_kind_and_year(world: World) -> None:
    identity = credit.household(world, 1)
    share = await dividends.held(world, identity, await dividends.origin(world))
    path = f"/dividend-shares/{share['share_id']}/payments"
    for amount, on in ((80_000, day(4, 2)), (5_000, day(12, 30))):
        await world.made(dividends.MAKER, path, dividends.payment(amount, on=on))
    given = await donations.given(world)
    use = donations.use(200_000, identity_number=identity)
    asked = await world.made(donations.MAKER, f"/donations/{given['donation_id']}/uses", use)
    assert (asked["household_id"], identity in str(asked)) == ("household-1", False)
    path = f"/donation-uses/{asked['use_id']}/decision"
    await world.made(donations.CHECKER, path, APPROVE | {"decided_on": day(7, 2)})
    pool_id = await pools.opened(world)
    member = await pools.member(world, pool_id)
    lending = await pools.lent(world, pool_id, pools.lending(300_000, member_id=member))
    path = f"/pool-lendings/{lending['lending_id']}/repayments"
    await world.made(pools.MAKER, path, pools.money(300_000, "repaid_on", day(8)))
    put_in = pools.money(40_000) | {"origin": "member", "member_id": member}
    await world.made(pools.MAKER, f"/pools/{pool_id}/contributions", put_in)
    await pools.left(world, member, day(9))
    assert await moved(world) == [
        ("dividend", "in", day(12, 30), 5_000),
        ("pool_withdrawal", "in", day(9), 40_000),
        ("pool_repayment", "out", day(8), 300_000),
        ("donation", "in", day(7), 200_000),
        ("dividend", "in", day(4, 2), 80_000),
        ("pool_lending", "in", day(3, 2), 300_000),
        ("pool_contribution", "out", day(2), 40_000),
    ]
    seen = await card(world)
    sums = {(row["kind"], row["year"]): (row["amount_fen"], row["count"]) for row in seen["money_sums"]}
    assert sums[("dividend", YEAR)] == (85_000, 2)
    assert sum(fen for fen, _ in sums.values()) == sum(row["amount_fen"] for row in seen["money"])
    receipt = next(row["source_document"] for row in seen["money"] if row["kind"] == "donation")
    assert receipt == given["receipt_no"]


async def test_who_may_not_read_a_kind_does_not_see_it_and_is_told_so(world: World) -> None:
    await credit.disbursed(world, credit.household(world, 1))
    grant_reader = desk("grant.read")
    assert (await world.get(grant_reader, CARD)).status_code == 404
    batch = await grants.approved(world, grants.person(world, 11))
    seen = await card(world, grant_reader)
    assert (seen["money"], seen["not_shown"]) == ([], OTHERS)
    assert [row["kind"] for row in (await card(world))["money"]] == ["loan"]
    assert seen["on_the_way_fen"] == batch["total_fen"]
    stranger = desk(*READING, *OTHERS, scope=("341621",), office="341621-finance")
    assert (await world.get(stranger, CARD)).status_code == 404
    assert (await world.get(ELSEWHERE, CARD)).status_code == 404


async def test_the_trail_says_whose_card_was_read_also_when_it_shows_no_grant(world: World) -> None:
    identity = credit.household(world, 1)
    given = await donations.given(world)
    use = donations.use(200_000, identity_number=identity)
    asked = await world.made(donations.MAKER, f"/donations/{given['donation_id']}/uses", use)
    decided = APPROVE | {"decided_on": day(7, 2)}
    await world.made(donations.CHECKER, f"/donation-uses/{asked['use_id']}/decision", decided)
    assert [row["kind"] for row in (await card(world))["money"]] == ["donation"]
    async with world.funds.fastapi.state.database.session() as session:
        noted = await session.scalars(text("select subjects from read_trail where action = 'household_grants.read'"))
        assert [row["ids"] for row in noted] == [["household:household-1"]]


async def test_a_donation_is_used_for_households_of_its_own_county_on_the_register(world: World) -> None:
    given = await donations.given(world)
    path = f"/donations/{given['donation_id']}/uses"
    far = credit.household(world, 2, village="341621101200")
    exited = credit.household(world, 3, status="exited")
    for identity, code in ((far, "household_elsewhere"), (exited, "household_not_registered")):
        refused = await world.post(donations.MAKER, path, donations.use(100, identity_number=identity))
        assert (refused.status_code, code_of(refused)) == (422, code)
        assert identity not in refused.text
    assert (await donations.parts(world, given))[0] == 1_000_000

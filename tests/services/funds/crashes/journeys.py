"""The ways money goes, step by step, for a world that crashes on the way. Amounts in fen."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from services.funds.domain.bank_files import written
from tests.services.funds.api import bank
from tests.services.funds.api import test_bank_entries as bank_entries
from tests.services.funds.api import test_claim_checks as checks
from tests.services.funds.api import test_dividends as dividends
from tests.services.funds.api import test_donations as donations
from tests.services.funds.api import test_factor_proposals as factors
from tests.services.funds.api import test_grant_batches as grants
from tests.services.funds.api import test_grant_files as grant_files
from tests.services.funds.api import test_interest_subsidies as subsidies
from tests.services.funds.api import test_loan_extensions as extensions
from tests.services.funds.api import test_pools as pools
from tests.services.funds.api import test_reallocations as reallocations
from tests.services.funds.api import test_recalls as recalls
from tests.services.funds.api import test_retentions as retentions
from tests.services.funds.api import test_risk_funds as risk
from tests.services.funds.crashes.crashing_world import CrashingWorld
from tests.services.funds.credit import APPROVE, BANKER, FINANCE, TELLER, disbursed, household, repaid
from tests.services.funds.opening_books import CHIEF, CLERK, decision, workbook
from tests.services.funds.world import CLAIMANT, CONFIRMER, COUNTY, MAKER, YEAR, day, grant_of, papers

Journey = Callable[[CrashingWorld], Coroutine[Any, Any, None]]


@contextmanager
def undisturbed(world: CrashingWorld) -> Iterator[None]:
    """Steps on the way to what is to crash."""
    only, world.only = world.only, ()
    yield
    world.only = only


async def down_to_projects(world: CrashingWorld) -> None:
    await world.allocation(await world.receipt(await world.document({COUNTY: 10_000})), 5_000)


async def through_claims(world: CrashingWorld) -> None:
    allocation = await world.allocation(await world.money(10_000), 5_000)
    await world.settle(await world.order(await world.review(await world.claim(allocation, 1_000))))


async def moved_between_projects(world: CrashingWorld) -> None:
    with undisturbed(world):
        given = await reallocations.given(world)
    move = await world.made(reallocations.MOVER, "/reallocations", reallocations.body(given))
    assert (await reallocations.decide(world, move)).status_code == 200
    left = recalls.body(100, day(5), allocation_id=given["allocation_id"])
    recall = await world.made(recalls.RECALLER, "/recalls", left)
    assert (await recalls.decide(world, recalls.SECOND, recall, on=day(5, 10))).status_code == 200


async def handed_down(world: CrashingWorld) -> None:
    proposal = await factors.approved(world)
    paper = {"number": "皖财〔2025〕77号", "title": "分配结果", "issued_on": day(5), "office_name": "安徽省财政厅"}
    await world.made(factors.ONE, f"/factor-proposals/{proposal['proposal_id']}/document", paper)


async def books_entered(world: CrashingWorld) -> None:
    sent = await world.upload(CLERK, "/book-imports", workbook(), division_code=COUNTY, fund_year=str(YEAR))
    await world.made(CHIEF, f"/book-imports/{sent['import_id']}/decision", decision())
    await world.made(CHIEF, f"/book-imports/{sent['import_id']}/undo", {"reason": "导入的不是终稿"})


async def through_the_bank(world: CrashingWorld) -> None:
    with undisturbed(world):
        first, second = await bank.ordered(world, [10_000, 20_000])
    proposed = await world.made(bank.PROPOSER, "/payee-accounts", bank.account_body())
    await world.made(bank.DECIDER, f"/payee-accounts/{proposed['payee_account_id']}/decision", bank.YES)
    void = f"/bank-files/{(await bank.built(world, [first, second]))['bank_file_id']}/void"
    await world.made(bank.SECOND, void, {"reason": "开户行填写有误"})
    file = await bank.built(world, [first, second])
    path = f"/bank-files/{file['bank_file_id']}/results"
    await world.upload(bank.CASHIER, path, bank.answer_of(file, "成功", "退汇"))
    back = {"amount_fen": 9_700, "returned_on": bank.TODAY, "reason": "账号有误", "bank_reference": "b1"}
    await world.made(CONFIRMER, f"/payments/{first['payment_id']}/return", back)
    await world.made(CLAIMANT, f"/claims/{second['claim_id']}/again", {"claimed_on": bank.TODAY})


async def approved_and_withheld(world: CrashingWorld) -> None:
    with undisturbed(world):
        await checks.thresholds(world, 10_000, 500_000)
        await retentions.shorten(world, 90)
        claim = await world.review(await world.claim(await world.allocation(await world.money(50_000), 50_000), 50_000))
    path = f"/claims/{claim['claim_id']}/approvals"
    await world.made(checks.CHIEF, path, checks.APPROVAL)
    await world.settle(await world.order(claim))
    world.projects["P1"] = grant_of("P1", **retentions.ACCEPTED)
    body = {"released_on": day(10), "papers": papers("retention")}
    await world.made(MAKER, f"/retentions/{claim['claim_id']}/release", body)


async def granted_to_people(world: CrashingWorld) -> None:
    batch = await grants.ordered(world, await grants.approved(world, *(grants.person(world, n) for n in (11, 12, 13))))
    path, third = f"/grant-batches/{batch['batch_id']}", batch["lines"][2]["line_id"]
    by_hand = {"line_id": third, "outcome": "paid", "bank_reference": "h1"}
    await world.made(CONFIRMER, f"{path}/result", {"settled_on": bank.TODAY, "lines": [by_hand]})
    void = f"/grant-files/{(await grant_files.built(world, batch))['grant_file_id']}/void"
    await world.made(grant_files.SECOND, void, {"reason": "一户账户变更"})
    file = await grant_files.built(world, batch)
    told = written(grant_files.rows_of(file, (0, "成功", "b1"), (1, "失败", "b2")))
    await world.upload(bank.CASHIER, f"/grant-files/{file['grant_file_id']}/results", told)
    again = {"lines": [batch["lines"][1]["line_id"]], "mode": "refuse_batch", "prepared_on": bank.TODAY}
    await world.made(CLAIMANT, f"{path}/regrants", again)
    returned = {"returned_on": bank.TODAY, "returned_by": "household", "reason": "账户有误", "bank_reference": "g1"}
    await world.made(CONFIRMER, f"/grants/{third}/return", returned)
    await world.died(11, day(5, 14))
    (case,) = (await world.seen(CONFIRMER, "/claw-backs"))["items"]
    back = {"recovered_on": bank.TODAY, "bank_reference": "back-1"}
    await world.made(CONFIRMER, f"/claw-backs/{case['case_id']}/recovery", back)


async def lent_by_the_bank(world: CrashingWorld) -> None:
    loan = await disbursed(world, household(world, 1), term_months=extensions.NOT_DUE)
    path = f"/loans/{loan['loan_id']}"
    await repaid(world, loan, 5_000_000, day(2))
    file = await world.seen(BANKER, path)
    back = f"{path}/repayments/{file['repayments'][0]['repayment_id']}/reversal"
    asked = await world.made(TELLER, back, {"reason": "金额多录一位"})
    decided = APPROVE | {"decided_on": day(2, 3)}
    await world.made(BANKER, f"/loan-repayment-reversals/{asked['reversal_id']}/decision", decided)
    await subsidies.decided(world, await subsidies.prepared(world, f"{YEAR}Q1"))


async def covered_by_the_fund(world: CrashingWorld) -> None:
    fund = await risk.fund(world, 5_000_000)
    with undisturbed(world):
        loan = await risk.overdue(world, fund)
    row = await risk.claimed(world, fund, loan)
    root = f"/risk-compensations/{row['compensation_id']}"
    await world.made(FINANCE, f"{root}/decision", APPROVE | {"decided_on": day(12, 2)})
    await world.made(TELLER, f"{root}/recoveries", risk.money(1_500_000, "recovered_on", day(12, 3)))
    (recovery,) = await bank_entries.entries(world, "risk_recovery", row["compensation_id"])
    await bank_entries.undone(world, "risk_recovery", recovery["entry_id"])


async def donated(world: CrashingWorld) -> None:
    row = await donations.given(world)
    asked = await world.made(donations.MAKER, f"/donations/{row['donation_id']}/uses", donations.use(400_000))
    decided = APPROVE | {"decided_on": day(7, 2)}
    await world.made(donations.CHECKER, f"/donation-uses/{asked['use_id']}/decision", decided)
    wrong = await donations.given(world)
    back = await world.made(donations.MAKER, f"/donations/{wrong['donation_id']}/reversal", {"reason": "重复登记"})
    await world.made(donations.CHECKER, f"/donation-reversals/{back['reversal_id']}/decision", decided)


async def lent_in_turn(world: CrashingWorld) -> None:
    pool = await pools.opened(world)
    member = await pools.member(world, pool)
    own = pools.money(50_000) | {"origin": "member", "member_id": member}
    await world.made(pools.MAKER, f"/pools/{pool}/contributions", own)
    row = await pools.lent(world, pool, pools.lending(100_000, member_id=member))
    back = pools.money(100_000, "repaid_on", day(4))
    path = f"/pool-lendings/{row['lending_id']}/repayments"
    await world.made(pools.MAKER, path, back)
    (repaid,) = await bank_entries.entries(world, "pool_repayment", row["lending_id"])
    await bank_entries.undone(world, "pool_repayment", repaid["entry_id"])
    await world.made(pools.MAKER, path, back)
    await pools.left(world, member, day(6))


async def shared_in(world: CrashingWorld) -> None:
    with undisturbed(world):
        origin = await dividends.origin(world)
    share = await dividends.held(world, household(world, 1), origin)
    await world.made(dividends.MAKER, f"/dividend-shares/{share['share_id']}/payments", dividends.payment(80_000))

"""Journeys that read what a test of funds made: few of its tests ask for lists they need not look at."""

from __future__ import annotations

from typing import Any

import pytest

from tests.matrix.operations import every_permission
from tests.services.funds.api import (
    test_bank_file_voids,
    test_bank_files,
    test_campaigns,
    test_claim_checks,
    test_dividends,
    test_donations,
    test_factor_proposals,
    test_grant_batches,
    test_grant_files,
    test_interest_subsidies,
    test_loan_extensions,
    test_pools,
    test_recalls,
    test_risk_funds,
    test_vocabulary_changes,
)
from tests.services.funds.api.test_period_closes import ABOVE, CLOSER, CONSENT, MAY, TODAY
from tests.services.funds.world import COUNTY, YEAR, World, desk
from tests.support.harness import actor

READS = sorted(permission for permission in every_permission() if permission.endswith(".read"))
READER = desk(*READS)
ABOVE_IT = actor(*READS, scope=("34",), office="34-finance", level="province")


async def _each(world: World, path: str, who: Any = READER, **params: Any) -> dict[str, Any]:
    """The list, and the newest of it by itself."""
    row: dict[str, Any] = (await world.seen(who, path, **params))["items"][0]
    key = next(name for name in row if name.endswith("_id"))
    seen: dict[str, Any] = await world.seen(who, f"{path}/{row[key]}")
    return seen


async def payments_and_their_files_are_listed(world: World) -> None:
    await test_bank_files.test_the_file_and_the_answer_may_be_workbooks_with_the_same_rows(world)
    for path in ("/documents", "/payments", "/bank-files"):
        assert (await world.seen(ABOVE_IT, path))["items"]


async def recalled_money_is_looked_up(world: World) -> None:
    await test_recalls.test_money_passed_down_comes_back_to_the_receipt_it_was_drawn_on(world)
    await _each(world, "/recalls", ABOVE_IT)


async def a_division_by_factors_is_looked_up(world: World) -> None:
    await test_factor_proposals.test_money_divided_by_factors_becomes_a_document_of_whole_wan(world)
    await _each(world, "/factor-proposals", ABOVE_IT)


async def a_claims_checks_are_looked_up(world: World) -> None:
    await test_claim_checks.test_an_approver_who_refuses_gives_all_the_money_back(world)
    claim = await _each(world, "/claims")
    await world.seen(READER, f"/claims/{claim['claim_id']}/checks")


async def batches_of_grants_are_listed(world: World) -> None:
    await test_grant_batches.test_a_list_goes_from_the_village_to_the_households_account(world)
    assert (await world.seen(READER, "/grant-batches"))["items"]


async def who_is_entitled_and_was_not_paid_is_told(world: World) -> None:
    test_grant_batches.person(world, 1, schooling="bachelor_1")
    asked = {"programme": "rain_dew_plan", "fund_year": YEAR, "period": f"{YEAR - 1}-{YEAR}"}
    assert (await world.seen(READER, "/entitlements", division_code=COUNTY, **asked))["items"]


async def a_file_of_payments_is_voided(world: World) -> None:
    await test_bank_file_voids.test_a_file_the_bank_has_not_answered_is_taken_back_by_another_person(world)


async def a_file_for_the_bank_is_voided(world: World) -> None:
    file = await test_grant_files.built(world, await test_grant_files.sent(world, 11, 21))
    path = f"/grant-files/{file['grant_file_id']}/void"
    await world.made(test_grant_files.SECOND, path, {"reason": "一户账户变更"})


async def extensions_of_loans_are_listed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await test_loan_extensions.test_where_the_rule_says_so_the_subsidy_ends_with_the_first_term(world, monkeypatch)
    assert (await world.seen(READER, "/loan-extensions"))["items"]


async def subsidies_are_looked_up(world: World) -> None:
    await test_interest_subsidies.test_the_subsidy_stops_on_the_day_a_loan_is_overdue(world)
    subsidy = await _each(world, "/interest-subsidies")
    assert (await world.seen(READER, f"/interest-subsidies/{subsidy['subsidy_id']}/lines"))["items"]


async def risk_funds_are_listed(world: World) -> None:
    await test_risk_funds.test_a_refused_claim_gives_the_money_back_and_may_be_made_again(world)
    await _each(world, "/risk-funds")


async def agreements_are_looked_up(world: World) -> None:
    await test_dividends.test_an_agreement_names_four_parties_and_is_put_in_force_by_another_person(world)
    await _each(world, "/agreements")


async def uses_of_donations_are_listed(world: World) -> None:
    await test_donations.test_a_donation_is_received_used_and_shown(world)
    assert (await world.seen(READER, "/donation-uses"))["items"]


async def pools_are_listed(world: World) -> None:
    await test_pools.test_money_is_lent_to_a_member_paid_back_and_lent_again(world)
    for path in ("/pools", "/pool-lendings"):
        assert (await world.seen(READER, path))["items"]


async def a_closed_month_is_looked_up_and_reopened(world: World) -> None:
    path = f"/period-closes/{(await world.made(CLOSER, '/period-closes', MAY))['period_close_id']}"
    await _each(world, "/period-closes")
    await world.made(CLOSER, f"{path}/reopening", {"reason": "漏记一笔报账"})
    await world.made(ABOVE, f"{path}/reopening/decision", CONSENT | {"decided_on": TODAY})


async def campaigns_and_books_are_looked_up(world: World) -> None:
    await test_campaigns.test_a_goal_may_be_an_amount_of_one_kind_of_money(world)
    assert (await world.seen(READER, "/campaigns"))["items"]
    await _each(world, "/book-imports")


async def words_of_an_area_are_looked_up(world: World) -> None:
    await test_vocabulary_changes.test_a_ban_binds_from_its_approval_and_no_more_after_its_end(world)
    await _each(world, "/vocabulary-changes")

"""A crash at any point of any money operation leaves it whole or not begun, and its key says which."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from fastapi.routing import APIRoute

from services.funds import main
from services.funds.operations import spending_sums
from shared.chassis import idempotency
from shared.chassis.identity import Actor
from tests.services.funds.api import test_donations as donations
from tests.services.funds.crashes import journeys
from tests.services.funds.crashes.crashing_world import CrashingWorld
from tests.services.funds.crashes.driver import Shifted, forget_dropped, fresh_database, machine
from tests.services.funds.crashes.journeys import Journey
from tests.services.funds.world import BASE, COUNTY, PROVINCE, document_body, grant_of
from tests.support import server


@pytest_asyncio.fixture
async def crashing(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CrashingWorld]:
    database = await fresh_database("funds")
    funds = await machine("funds", database)
    try:
        yield CrashingWorld(funds.harness, projects={"P1": grant_of("P1")}, machine=funds, shifted=Shifted(monkeypatch))
    finally:
        await funds.close()
        forget_dropped()
        await server.drop(database)


DECIDED = "/allocations/{id}/decision"
JOURNEYS: list[tuple[Journey, str, int]] = [
    (journeys.down_to_projects, "/documents /receipts /allocations " + DECIDED, 40),
    (journeys.through_claims, "/claims /claims/{id}/review /payments /payments/{id}/result", 40),
    (
        journeys.moved_between_projects,
        "/reallocations /recalls /recalls/{id}/decision " + DECIDED, 40,
    ),
    (journeys.handed_down, "/factor-proposals/{id}/document", 20),
    (journeys.books_entered, "/book-imports /book-imports/{id}/decision /book-imports/{id}/undo", 30),
    (
        journeys.through_the_bank,
        "/bank-files /bank-files/{id}/void /bank-files/{id}/results"
        " /payments/{id}/return /claims/{id}/again", 40,
    ),
    (journeys.approved_and_withheld, "/retentions/{id}/release", 20),
    (
        journeys.granted_to_people,
        "/grant-batches /grant-batches/{id}/decision /grant-batches/{id}/payment /grant-batches/{id}/result"
        " /grant-batches/{id}/regrants /grant-files /grant-files/{id}/void /grant-files/{id}/results"
        " /claw-backs/{id}/recovery /grants/{id}/return", 85,
    ),
    (
        journeys.lent_by_the_bank,
        "/loans /loans/{id}/bank-decision /loans/{id}/disbursement /loans/{id}/repayments"
        " /loans/{id}/repayments/{id}/reversal /loan-repayment-reversals/{id}/decision"
        " /interest-subsidies /interest-subsidies/{id}/decision", 80,
    ),
    (
        journeys.covered_by_the_fund,
        "/risk-funds/{id}/deposits /risk-funds/{id}/compensations"
        " /risk-compensations/{id}/decision /risk-compensations/{id}/recoveries"
        " /bank-entry-reversals /bank-entry-reversals/{id}/decision", 55,
    ),
    (
        journeys.donated,
        "/donations /donations/{id}/uses /donation-uses/{id}/decision /donations/{id}/reversal"
        " /donation-reversals/{id}/decision", 30,
    ),
    (
        journeys.lent_in_turn,
        "/pools/{id}/contributions /pools/{id}/lendings /pool-lendings/{id}/decision"
        " /pool-lendings/{id}/repayments /pool-members/{id}/departure"
        " /bank-entry-reversals /bank-entry-reversals/{id}/decision", 65,
    ),
    (
        journeys.shared_in,
        "/dividend-shares /dividend-shares/{id}/decision /dividend-shares/{id}/payments", 30,
    ),
]  # fmt: skip
"""Each with the requests that crash in it and the fewest points they crash at."""


@pytest.mark.parametrize(
    ("journey", "kinds", "at_least"),
    [pytest.param(*one, id=one[0].__name__) for one in JOURNEYS],
)
async def test_whatever_crashes_the_client_is_told_the_truth(
    crashing: CrashingWorld, journey: Journey, kinds: str, at_least: int
) -> None:
    crashing.only = kinds.split()
    await journey(crashing)
    assert crashing.lies == []
    await books_agree(crashing)
    assert set(crashing.points) == set(kinds.split())
    assert sum(crashing.points.values()) >= at_least, crashing.points


async def books_agree(world: CrashingWorld) -> None:
    """The ledger verifies, and the sums progress is answered from are the ledger's before and after folding."""
    await world.books_balance()
    database = world.funds.fastapi.state.database
    for _ in range(2):
        assert await spending_sums.differing(database) == 0
        await spending_sums.fold_once(database)


MOVES_NO_MONEY = re.compile(
    r"/(contract-terms|grant-mandates|agreements|period-closes|spending-definitions|progress-reports|spending-targets"
    r"|campaigns|vocabulary-changes|payee-accounts|loan-extensions)(/.*)?"
    r"|/claims/{id}/(opinions|approvals)|/risk-funds|/dividend-shares/{id}/end(-request)?"
    r"|/pools|/pools/{id}/members|/pool-members/{id}/departure-request"
    r"|/loans/{id}/(village-review|township-review|county-check|withdrawal|overdue-notice(/withdrawal)?|extensions)"
)
"""Requests with a key that need not crash."""
READ_FROM_WORKBOOKS = {"/documents/imports", "/grant-batches/imports"}
"""Once read they are what /documents and /grant-batches are."""


def test_every_request_that_moves_money_crashes_somewhere() -> None:
    """A new one is added to a journey, or named above."""
    keyed = {
        re.sub(r"\{\w+\}", "{id}", route.path.removeprefix(BASE))
        for router in main.ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and (route.openapi_extra or {}).get("x-idempotency-key") == "required"
    }
    moving = {path for path in keyed if not MOVES_NO_MONEY.fullmatch(path)}
    assert {kind for _, kinds, _ in JOURNEYS for kind in kinds.split()} == moving - READ_FROM_WORKBOOKS


@pytest.mark.parametrize(
    ("who", "kind", "body"),
    [(PROVINCE, "/documents", document_body({COUNTY: 10_000})), (donations.MAKER, "/donations", donations.donation())],
    ids=["documents", "donations"],
)
async def test_the_driver_sees_an_answer_that_is_stored_after_its_effects(
    crashing: CrashingWorld, monkeypatch: pytest.MonkeyPatch, who: Actor, kind: str, body: dict[str, Any]
) -> None:
    """Control: with the effects committed before the answer is stored, there is a point where the key lies."""
    finish = idempotency.finish

    async def too_late(session: Any, *arguments: Any) -> None:
        await session.commit()
        await finish(session, *arguments)

    monkeypatch.setattr(idempotency, "finish", too_late)
    await crashing.post(who, kind, body)
    assert any("told" in lie for lie in crashing.lies), crashing.points

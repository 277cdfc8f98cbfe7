"""Any sequence of money operations against a small model: no fen appears, disappears or is spent twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.services.funds.checks import check_progress
from tests.services.funds.world import (
    CHECKER,
    CITY,
    CLAIMANT,
    CONFIRMER,
    COUNTY,
    MAKER,
    PROVINCE,
    World,
    claim_body,
    day,
    document_body,
    grant_of,
)

ON = day(6)
STEPS = ("city", "pass", "register", "propose", "decide", "void", "claim", "review", "reject", "order", "settle",
         "bounce", "back")  # fmt: skip
PLAN = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(min_value=1, max_value=900)), min_size=8, max_size=30)


@dataclass
class Model:
    """What must be true, in whole fen and nothing else."""

    city_left: int = 0
    transit: int = 0
    county_received: int = 0
    county_left: int = 0
    proposed: int = 0
    available: int = 0
    claimed: int = 0
    withheld: int = 0
    flying: int = 0
    paid: int = 0
    returned: int = 0
    things: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def put(self, kind: str, thing: dict[str, Any]) -> None:
        self.things.setdefault(kind, []).append(thing)

    def take(self, kind: str) -> dict[str, Any] | None:
        return self.things[kind].pop(0) if self.things.get(kind) else None

    @property
    def city_received(self) -> int:
        return self.city_left + self.transit + self.county_received


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(plan=PLAN)
async def test_received_is_kept_passed_and_unallocated_whatever_happens(world: World, plan: list[Any]) -> None:
    world.projects["P1"] = grant_of("P1", plan_line_fen=10**12, contract_fen=10**12, state_since=day(1))
    model = world.__dict__.setdefault("model", Model())
    for step, amount in plan:
        await globals()[f"step_{step}"](world, model, amount)
    await check_model(world, model)


async def check_model(world: World, model: Model) -> None:
    city = await check_progress(world, division_code="3416")
    county = await check_progress(world, division_code=COUNTY)
    assert city["total"]["received_fen"] == model.city_received
    spending = model.available + model.claimed + model.withheld + model.flying + model.paid - model.returned
    assert county["total"] | {"pace": ""} == county["total"] | {
        "received_fen": model.county_received,
        "allocated_fen": spending,
        "paid_fen": model.paid,
        "returned_fen": model.returned,
        "withheld_fen": model.withheld,
        "pace": "",
    }
    assert model.county_received == model.county_left + model.proposed + spending
    balance = await world.seen(PROVINCE, "/ledger/trial-balance", division_code="34")
    assert balance["sum_fen"] == 0
    assert (await world.seen(PROVINCE, "/ledger/verify", division_code="34"))["ok"]


async def step_city(world: World, model: Model, amount: int) -> None:
    receipt = await world.receipt(await world.document({"3416": amount}, issued_on=ON), "3416", CITY, on=ON)
    model.put("city", receipt | {"left": amount})
    model.city_left += amount


async def step_pass(world: World, model: Model, amount: int) -> None:
    receipt = model.take("city")
    if receipt is None:
        return
    drawn = {"issuing_division": "3416", "drawn_on_receipt_id": receipt["receipt_id"], "issued_on": ON}
    answer = await world.post(CITY, "/documents", document_body({COUNTY: amount}, **drawn))
    assert (answer.status_code == 201) == (amount <= receipt["left"]), answer.text
    if answer.status_code == 201:
        model.put("line", answer.json())
        receipt["left"] -= amount
        model.city_left -= amount
        model.transit += amount
    model.put("city", receipt)


async def step_register(world: World, model: Model, amount: int) -> None:
    document = model.take("line")
    if document is None:
        return
    receipt = await world.receipt(document, on=ON)
    model.put("receipt", receipt | {"left": receipt["amount_fen"]})
    model.transit -= receipt["amount_fen"]
    model.county_received += receipt["amount_fen"]
    model.county_left += receipt["amount_fen"]


async def step_propose(world: World, model: Model, amount: int) -> None:
    receipt = model.take("receipt")
    if receipt is None:
        return
    body = {"receipt_id": receipt["receipt_id"], "project_code": "P1", "amount_fen": amount, "proposed_on": ON}
    answer = await world.post(MAKER, "/allocations", body)
    assert (answer.status_code == 201) == (amount <= receipt["left"]), answer.text
    if answer.status_code == 201:
        model.put("proposal", answer.json() | {"receipt": receipt})
        receipt["left"] -= amount
        model.county_left -= amount
        model.proposed += amount
    model.put("receipt", receipt)


async def step_decide(world: World, model: Model, amount: int, outcome: str = "approve") -> None:
    proposal = model.take("proposal")
    if proposal is None:
        return
    body = {"outcome": outcome, "opinion": "意见", "decided_on": ON}
    await world.made(CHECKER, f"/allocations/{proposal['allocation_id']}/decision", body)
    model.proposed -= proposal["amount_fen"]
    if outcome == "approve":
        model.put("allocation", proposal | {"left": proposal["amount_fen"]})
        model.available += proposal["amount_fen"]
    else:
        proposal["receipt"]["left"] += proposal["amount_fen"]
        model.county_left += proposal["amount_fen"]


async def step_void(world: World, model: Model, amount: int) -> None:
    await step_decide(world, model, amount, "refuse")


async def step_claim(world: World, model: Model, amount: int) -> None:
    allocation = model.take("allocation")
    if allocation is None:
        return
    answer = await world.post(CLAIMANT, "/claims", claim_body(allocation, amount, on=ON))
    assert (answer.status_code == 201) == (amount <= allocation["left"]), answer.text
    if answer.status_code == 201:
        model.put("claim", answer.json() | {"allocation": allocation})
        allocation["left"] -= amount
        model.available -= amount
        model.claimed += amount
    model.put("allocation", allocation)


async def step_review(world: World, model: Model, amount: int, outcome: str = "approve") -> None:
    claim = model.take("claim")
    if claim is None:
        return
    await world.review(claim, outcome, on=ON)
    if outcome == "approve":
        model.put("approved", claim)
        model.claimed -= claim["withheld_fen"]
        model.withheld += claim["withheld_fen"]
    else:
        model.claimed -= claim["amount_fen"]
        claim["allocation"]["left"] += claim["amount_fen"]
        model.available += claim["amount_fen"]


async def step_reject(world: World, model: Model, amount: int) -> None:
    await step_review(world, model, amount, "refuse")


async def step_order(world: World, model: Model, amount: int) -> None:
    claim = model.take("approved")
    if claim is None:
        return
    model.put("order", await world.order(claim, on=ON) | {"claim": claim})
    model.claimed -= claim["payable_fen"]
    model.flying += claim["payable_fen"]


async def step_settle(world: World, model: Model, amount: int, outcome: str = "paid") -> None:
    order = model.take("order")
    if order is None:
        return
    await world.settle(order, outcome, on=ON)
    model.flying -= order["amount_fen"]
    if outcome == "paid":
        model.put("payment", order | {"left": order["amount_fen"]})
        model.paid += order["amount_fen"]
    else:
        model.put("approved", order["claim"])
        model.claimed += order["amount_fen"]


async def step_bounce(world: World, model: Model, amount: int) -> None:
    await step_settle(world, model, amount, "refused")


async def step_back(world: World, model: Model, amount: int) -> None:
    payment = model.take("payment")
    if payment is None:
        return
    body = {"amount_fen": amount, "returned_on": ON, "reason": "退回", "bank_reference": f"b{model.returned}-{amount}"}
    path = f"/payments/{payment['payment_id']}/return"
    answer = await world.post(
        CONFIRMER, path, body | {"bank_reference": f"back-{payment['payment_id']}-{payment['left']}"}
    )
    assert (answer.status_code == 200) == (amount <= payment["left"]), answer.text
    if answer.status_code == 200:
        payment["left"] -= amount
        model.returned += amount
        allocation = payment["claim"]["allocation"]
        allocation["left"] += amount
        model.available += amount
    model.put("payment", payment)

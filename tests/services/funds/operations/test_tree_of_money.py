"""Random trees of money, operated on by several at once: every level ties out, every fen, whatever happens."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.funds.storage.tables import Receipt
from shared.chassis import clock
from shared.chassis.identity import Actor
from tests.services.funds.world import COUNTY, READING, World, day, document_body, grant_of
from tests.support.harness import actor

ON = day(6)
DOES = ("document.issue", "receipt.register", "recall.propose", "recall.decide", "allocation.propose",
        "allocation.decide", *READING)  # fmt: skip
LEVELS = {2: "province", 4: "city", 6: "county"}
BELOW = {"34": ["3416", "3412", "341622"], "3416": ["341622", "341621"], "3412": ["341204"]}
STEPS = ("issue", "issue", "register", "register", "register", "pass", "pass", "recall", "decide", "propose", "settle")
PLAN = st.lists(
    st.lists(st.tuples(st.sampled_from(STEPS), st.integers(1, 900), st.integers(0, 99)), min_size=3, max_size=5),
    min_size=5, max_size=9,
)  # fmt: skip


def office(code: str, number: int = 1) -> Actor:
    return actor(
        *DOES, scope=(code,), office=f"{code}-finance", level=LEVELS[len(code)],
        person=f"p{code}-{number}",
    )  # fmt: skip


@dataclass
class Known:
    """What has been made so far; who takes a thing may find that another was there first, and is refused."""

    documents: list[dict[str, Any]] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    recalls: list[dict[str, Any]] = field(default_factory=list)
    proposals: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0

    def pick(self, name: str, chance: int) -> dict[str, Any] | None:
        made: list[dict[str, Any]] = getattr(self, name)
        return made[chance % len(made)] if made else None


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(plan=PLAN)
async def test_received_is_kept_passed_down_and_unallocated_at_every_node(world: World, plan: list[Any]) -> None:
    world.projects["P1"] = grant_of("P1", plan_line_fen=10**12, contract_fen=10**12, state_since=day(1))
    known = world.__dict__.setdefault("known", Known())
    for together in plan:
        await asyncio.gather(*(globals()[f"step_{step}"](world, known, amount, n) for step, amount, n in together))
    await check_tree(world)


async def check_tree(world: World) -> None:
    tree = await world.seen(office("34"), "/tree", division_code="34", fund_year=document_body({})["fund_year"])
    assert tree["difference_fen"] == 0
    nodes = all_nodes(tree["root"])
    for node in nodes:
        for part in [node["total"], *node["cells"]]:
            assert part["received_fen"] == part["kept_fen"] + part["passed_down_fen"] + part["unallocated_fen"]
            assert 0 <= part["under_way_fen"] <= part["passed_down_fen"]
            assert part["proposed_fen"] + part["recalling_fen"] <= part["unallocated_fen"]
    await check_papers(world, nodes)
    balance = await world.seen(office("34"), "/ledger/trial-balance", division_code="34")
    assert balance["sum_fen"] == 0


async def check_papers(world: World, nodes: list[dict[str, Any]]) -> None:
    """What the nodes received, from the lists: receipts less what was called back from them."""
    receipts = await everything(world, "/receipts")
    taken = [row for row in await everything(world, "/recalls") if row["state"] == "approved"]
    for node in nodes:
        mine = sum(row["amount_fen"] for row in receipts if row["division_code"] == node["division_code"])
        back = [row for row in taken if (row["division_code"], row["taken_from"]) == (node["division_code"], "receipt")]
        assert node["total"]["received_fen"] == mine - sum(row["amount_fen"] for row in back)
        left = sum(row["left_fen"] for row in receipts if row["division_code"] == node["division_code"])
        aside = node["total"]["proposed_fen"] + node["total"]["recalling_fen"]
        assert node["total"]["unallocated_fen"] == left + aside


async def everything(world: World, path: str) -> list[dict[str, Any]]:
    found, cursor = [], None
    while True:
        page = await world.seen(office("34"), path, cursor=cursor, limit=100)
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def all_nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(below for child in node["children"] for below in all_nodes(child))]


async def tried(world: World, known: Known, who: Actor, path: str, body: Any) -> dict[str, Any] | None:
    """The thing made, or None when it was refused; a refusal is an answer, a fault is not."""
    answer = await world.insist(who, path, body)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        known.refused += 1
        return None
    made: dict[str, Any] = answer.json()
    return made


async def step_issue(world: World, known: Known, amount: int, n: int) -> None:
    code = ["3416", "3412", "341622"][n % 3]
    batch = "advance" if n % 2 else "regular"
    made = await tried(world, known, office("34"), "/documents", document_body({code: amount}, batch=batch))
    if made is not None:
        known.documents.append(made)


async def step_register(world: World, known: Known, amount: int, n: int) -> None:
    document = known.pick("documents", n)
    if document is None:
        return
    line = document["lines"][0]
    body = {
        "document_id": document["document_id"], "division_code": line["division_code"],
        "amount_fen": line["amount_fen"], "received_on": ON,
    }  # fmt: skip
    made = await tried(world, known, office(line["division_code"]), "/receipts", body)
    if made is not None:
        known.receipts.append(made)


async def step_pass(world: World, known: Known, amount: int, n: int) -> None:
    receipt = known.pick("receipts", n)
    if receipt is None or receipt["division_code"] not in BELOW:
        return
    below = BELOW[receipt["division_code"]]
    drawn = {
        "issuing_division": receipt["division_code"], "drawn_on_receipt_id": receipt["receipt_id"], "issued_on": ON,
        "batch": receipt["batch"],
    }  # fmt: skip
    body = document_body({below[n % len(below)]: amount}, **drawn)
    made = await tried(world, known, office(receipt["division_code"]), "/documents", body)
    if made is not None:
        known.documents.append(made)


async def step_recall(world: World, known: Known, amount: int, n: int) -> None:
    document = known.pick("documents", n)
    if document is None:
        return
    body = {
        "document_line_id": document["lines"][0]["line_id"], "amount_fen": amount, "number": "收回", "reason": "调减",
        "proposed_on": ON,
    }  # fmt: skip
    made = await tried(world, known, office(document["issuing_division"]), "/recalls", body)
    if made is not None:
        known.recalls.append(made)


async def step_decide(world: World, known: Known, amount: int, n: int) -> None:
    recall = known.pick("recalls", n)
    if recall is None:
        return
    body = {"outcome": "approve" if n % 3 else "refuse", "opinion": "意见", "decided_on": ON}
    await tried(world, known, office(recall["recalling_division"], 2), f"/recalls/{recall['recall_id']}/decision", body)


async def step_propose(world: World, known: Known, amount: int, n: int) -> None:
    receipt = known.pick("receipts", n)
    if receipt is None or receipt["division_code"] != COUNTY:
        return
    body = {"receipt_id": receipt["receipt_id"], "project_code": "P1", "amount_fen": amount, "proposed_on": ON}
    made = await tried(world, known, office(COUNTY), "/allocations", body)
    if made is not None:
        known.proposals.append(made)


async def step_settle(world: World, known: Known, amount: int, n: int) -> None:
    proposal = known.pick("proposals", n)
    if proposal is None:
        return
    body = {"outcome": "approve" if n % 3 else "refuse", "opinion": "意见", "decided_on": ON}
    await tried(world, known, office(COUNTY, 2), f"/allocations/{proposal['allocation_id']}/decision", body)


async def test_a_receipt_without_its_money_is_an_alarm(world: World) -> None:
    """Negative control: a paper that moved nothing makes the tree's difference the paper's amount."""
    document = await world.document({COUNTY: 700})
    line = document["lines"][0]
    row = Receipt(
        document_id=document["document_id"], document_line_id=line["line_id"], division_code=COUNTY,
        fund_year=document["fund_year"], fund_kind=document["fund_kind"], batch="advance", amount_fen=700,
        received_on=date.fromisoformat(ON), entered_at=clock.now(), entered_by="a", entered_person="p",
        entered_office="o",
    )  # fmt: skip
    async with world.funds.fastapi.state.database.session() as session:
        session.add(row)
    tree = await world.seen(office("34"), "/tree", division_code="34", fund_year=document["fund_year"])
    assert tree["difference_fen"] == 700

"""Offices that handle alerts, and the steps tests take with them."""

from __future__ import annotations

from typing import Any

from shared.chassis.identity import Actor
from tests.services.funds.world import (
    COUNTY,
    World,
    day,
    desk,
)
from tests.support.harness import actor

RIGHTS = ("alert.read", "alert.reply", "alert.review", "alert.conclude", "alert.run", "alert_rule.set", "fund.read",
          "code_list.read")  # fmt: skip


def officer(office: str, sector: str, **more: Any) -> Actor:
    return desk(*RIGHTS, office=f"{COUNTY}-{office}", sector=sector, **more)


UNIT = officer("transport", "transport")
AID = [officer("aid", "aid") for _ in range(2)]
FINANCE = [officer("finance", "finance") for _ in range(3)]
CITY = [
    actor(*RIGHTS, scope=("3416",), office="3416-finance", level="city", sector="finance") for _ in range(3)
]  # fmt: skip
PAPER = {"name": "情况说明.pdf", "sha256": "a" * 64}


async def run(world: World, area: str = COUNTY) -> dict[str, Any]:
    return await world.made(FINANCE[0], "/alert-runs", {"division_code": area})


async def alerts(world: World, **params: Any) -> list[dict[str, Any]]:
    found = await world.seen(FINANCE[0], "/alerts", **({"state": "open"} | params))
    items: list[dict[str, Any]] = found["items"]
    return items


async def one(world: World, rule: str) -> dict[str, Any]:
    (found,) = await alerts(world, rule=rule)
    return found


async def stopped(world: World) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A filed and an approved claim of a project that was stopped, and the red alert on what is left."""
    allocation = await world.allocation(await world.money(1000), 1000)
    filed, approved = await world.claim(allocation, 300), await world.claim(allocation, 200)
    await world.review(approved)
    world.projects["P1"]["version"] += 1
    told = await world.tell("P1", state="stopped", state_since=day(6))
    assert told.status_code < 300, told.text
    await run(world)
    return filed, approved, await one(world, "stopped_money")


async def through(world: World, alert: dict[str, Any], outcome: str, first: int = 0, **more: Any) -> dict[str, Any]:
    """The whole chain of a project's alert from step number `first` on."""
    path = f"/alerts/{alert['alert_id']}"
    steps: list[tuple[Actor, str, dict[str, Any]]] = [(UNIT, "reply", {"words": "正在整改", "paper": PAPER})]
    steps += [(who, "review", {"outcome": "passed", "words": "属实"}) for who in (*AID, *FINANCE[:2])]
    steps += [(FINANCE[2], "conclusion", {"outcome": outcome, "words": "已核"} | more)]
    answer: dict[str, Any] = {}
    for who, name, body in steps[first:]:
        answer = await world.made(who, f"{path}/{name}", body)
    return answer

"""What the books hold in the end, against everything the clients were told."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field

from torture.lab import CLAIM_LIFE_S, Lab
from torture.load import MAKERS, Book, Desk, is_outcome

SETTLED_WITHIN_S = 60.0
_BY_OFFICE = {actor.office: actor for actor in MAKERS.values()}


@dataclass
class Verdict:
    """`lost`: acknowledged and not there, or refused and there. `doubled`: more effects than operations."""

    tried: int = 0
    acknowledged: int = 0
    undecided: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: list[str] = field(default_factory=list)


async def reach(lab: Lab, desk: Desk, book: Book) -> Verdict:
    """Ask for every open outcome, wait for the sweeper, then count."""
    verdict = Verdict(tried=book.tried, wrong=list(book.contradictions))
    await _decide_open(desk, book, verdict)
    await _settled(lab, verdict)
    await _count(lab, book, verdict)
    await _compare(lab, verdict)
    verdict.wrong += await asyncio.to_thread(lab.verify)
    return verdict


async def _decide_open(desk: Desk, book: Book, verdict: Verdict) -> None:
    """Every key nobody was told of must be decided within a minute."""
    open_keys = [key for key, told in book.told.items() if not told.status]
    await asyncio.sleep(CLAIM_LIFE_S)
    deadline = time.monotonic() + SETTLED_WITHIN_S
    while open_keys and time.monotonic() < deadline:
        open_keys = [key for key in open_keys if not await _asked(desk, book, key)]
        if open_keys:
            await asyncio.sleep(1.0)
    verdict.undecided = len(open_keys)
    if open_keys:
        verdict.wrong.append(f"{len(open_keys)} operations undecided after a minute")


async def _asked(desk: Desk, book: Book, key: str) -> bool:
    """Whether the key is decided; what was not carried out stays at status 0 and must have no effect."""
    told = book.told[key]
    answer = await desk.get(_BY_OFFICE[told.office], f"/operations/{key}")
    if answer is None or answer.status_code >= 500:
        return False
    if answer.status_code == 404:
        return True
    row = answer.json()[0]
    if row["state"] == "done" and is_outcome(row["status"]):
        book.note(key, row["status"], int(json.loads(row["body"]).get("allocation_id", 0)))
    return bool(row["state"] != "in_flight")


async def _settled(lab: Lab, verdict: Verdict) -> None:
    connection = await lab.connect("funds")
    deadline = time.monotonic() + SETTLED_WITHIN_S
    while await connection.fetchval("select count(*) from fundings where state = 'reserved'"):
        if time.monotonic() > deadline:
            verdict.wrong.append("operations stay reserved")
            break
        await asyncio.sleep(0.5)
    await connection.close()


async def _count(lab: Lab, book: Book, verdict: Verdict) -> None:
    connection = await lab.connect("funds")
    states = {row["id"]: row["state"] for row in await connection.fetch("select id, state from allocations")}
    unbalanced = await connection.fetchval(
        "select count(*) from fundings f join allocations a on a.id = f.allocation_id"
        " where (f.state = 'posted') <> (a.state = 'approved') and f.state <> 'voided'"
    )
    await connection.close()
    proposed = [told for told in book.told.values() if told.kind == "propose" and told.status == 201]
    verdict.acknowledged = sum(told.status in (200, 201) for told in book.told.values())
    verdict.lost += sum(told.allocation_id not in states for told in proposed)
    verdict.doubled = max(len(states) - len({told.allocation_id for told in proposed}), 0)
    for told in book.told.values():
        if told.kind == "decide" and told.status == 200:
            wanted = "approved" if told.approves else "refused"
            verdict.lost += states.get(told.allocation_id) != wanted
    if unbalanced:
        verdict.wrong.append(f"{unbalanced} operations ended otherwise than their allocation")


async def _compare(lab: Lab, verdict: Verdict) -> None:
    """Operation by operation, both databases say the same; and the projects hold what the allocations sum to."""
    funds, projects = await lab.connect("funds"), await lab.connect("projects")
    ours = {tuple(row) for row in await funds.fetch(
        "select op, amount_fen, case state when 'posted' then 'funded' when 'voided' then 'tombstone' else state end"
        " from fundings"
    )}  # fmt: skip
    theirs = {tuple(row) for row in await projects.fetch("select op, amount_fen, state from fundings")}
    given = await funds.fetch(
        "select project_code, sum(amount_fen)::bigint from allocations where state = 'approved' group by 1 order by 1"
    )
    held = await projects.fetch("select project_code, funded_fen from projects where funded_fen > 0 order by 1")
    await funds.close()
    await projects.close()
    if ours != theirs:
        verdict.wrong.append(f"{len(ours ^ theirs)} operations differ between the services")
    if [tuple(row) for row in given] != [tuple(row) for row in held]:
        verdict.wrong.append("projects hold other sums than funds gave")

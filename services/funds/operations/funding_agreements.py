"""Approved allocations projects were never asked about: from before there were operations, and of opening books.

Each is agreed by the same operation as an approval of today, so that reconciliation covers it. No money moves: what
projects refuse stays allocated and is named, for people to put right in the plan or by a recall.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.operations import fundings
from services.funds.storage import fundings as storage
from services.funds.storage.tables import Allocation
from shared.chassis import clock
from shared.chassis.database import Database
from shared.chassis.peers import Peer

AT_ONCE = 50


@dataclass(slots=True)
class Report:
    """How the operations ended: agreed, refused with reasons by allocation, given up or waiting for projects."""

    agreed: int = 0
    agreed_fen: int = 0
    refused: dict[int, str] = field(default_factory=dict)
    waiting: int = 0


async def agree(database: Database, peer: Peer, area: str, *, again: bool = False) -> Report:
    """Ask projects about every allocation of the area without their word; with `again` also where they refused.

    May be run at any time, twice, and by two at once: an allocation has one operation. What projects do not answer
    is asked again, or given up, by the sweeper of the service; then the next run takes it up anew.
    """
    report, after_id = Report(), 0
    while True:
        async with database.session() as session:
            found = await storage.unagreed(session, area, refused_too=again, after_id=after_id, limit=AT_ONCE)
            questions = await _begin(session, [row for row, _ in found])
        if not found:
            return report
        after_id = found[-1][0].id
        for allocation_id, question in questions:
            if await fundings.pursue(database, peer, question):
                await _note(database, report, allocation_id, question)
            else:
                report.waiting += 1


async def _begin(session: AsyncSession, rows: Sequence[Allocation]) -> list[tuple[int, fundings.Question]]:
    begun = []
    for row in rows:
        funding = await storage.add_unless_live(session, _values(row))
        if funding is not None:
            begun.append((row.id, fundings.question_of(funding)))
    return begun


def _values(row: Allocation) -> dict[str, Any]:
    """The operation of an approval that stands: what is still with the project, in the name of who decided."""
    now, op = clock.now(), uuid.uuid4().hex
    return {
        "op": op,
        "allocation_id": row.id,
        "office": row.decided_office or row.entered_office,
        "operation": fundings.AGREED_LATER,
        "key": op,
        "project_code": row.project_code,
        "county_code": row.county_code,
        "fund_year": row.fund_year,
        "amount_fen": row.amount_fen - row.reduced_fen,
        "asked_on": clock.office_day(now),
        "opinion": row.opinion or "",
        "decided_on": row.decided_on or row.proposed_on,
        "decided_by": row.decided_by or row.entered_by,
        "decided_person": row.decided_person or row.entered_person,
        "decided_office": row.decided_office or row.entered_office,
        "state": "reserved",
        "begun_at": now,
        "deadline_at": now + fundings.GIVE_UP_AFTER,
        "next_ask_at": now + fundings.RESEND_AFTER,
    }


async def _note(database: Database, report: Report, allocation_id: int, question: fundings.Question) -> None:
    async with database.session(read_only=True) as session:
        funding = await storage.get(session, question.op)
    if funding is not None and funding.state == "posted":
        report.agreed += 1
        report.agreed_fen += funding.amount_fen
    elif funding is not None and funding.state == "refused":
        report.refused[allocation_id] = funding.reason or ""
    else:
        report.waiting += 1

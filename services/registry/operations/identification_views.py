"""Identification as readers see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage import identifications as storage
from services.registry.storage.tables import Identification as Row
from services.registry.storage.tables import IdentificationDecision, Objection, ObjectionAnswer
from shared.schemas import registry_decisions as wire


def line(row: Row, households: int, ends_on: date | None) -> wire.IdentificationLine:
    return wire.IdentificationLine(**_line(row, households, ends_on))


def _line(row: Row, households: int, ends_on: date | None) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "village_code": row.village_code,
        "year": row.year,
        "state": row.state,
        "proposed_on": row.proposed_on,
        "proposed_by": row.proposed_by,
        "household_count": households,
        "notice_ends_on": ends_on,
    }


async def whole(session: AsyncSession, row: Row) -> wire.Identification:
    """A list with every step taken on it."""
    listed = await storage.listed(session, row.id)
    meeting = await storage.meeting(session, row.id)
    notice = await storage.notice(session, row.id)
    return wire.Identification(
        **_line(row, len(listed), None if notice is None else notice.ends_on),
        households=[
            wire.ListedHousehold(
                household_id=str(household.id),
                household_no=str(household.household_no),
                version=entry.version,
                head_name=version.content["head_name"],
                member_count=version.content["member_count"],
                taken_out_reason=entry.taken_out_reason,
                taken_out_step=entry.taken_out_step,
            )
            for entry, household, version in listed
        ],
        meeting=None if meeting is None else wire.Meeting(**_step(meeting, wire.Meeting)),
        notice=None if notice is None else wire.Notice(**_step(notice, wire.Notice)),
        objections=[_objection(*pair) for pair in await storage.objections(session, row.id)],
        decisions=_decisions(await storage.decisions(session, row.id)),
    )


def _step(row: Any, model: type[wire.Meeting] | type[wire.Notice]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in model.model_fields}
    return values | {"recorded_at": row.recorded_at.isoformat()}


def _objection(objection: Objection, answer: ObjectionAnswer | None) -> wire.Objection:
    return wire.Objection(
        id=str(objection.id),
        household_id=str(objection.household_id),
        raised_on=objection.raised_on,
        reason=objection.reason,
        recorded_at=objection.recorded_at.isoformat(),
        recorded_by=objection.recorded_by,
        answer=None if answer is None else wire.ObjectionAnswer.model_validate(answer),
    )


def _decisions(rows: Sequence[IdentificationDecision]) -> list[wire.Decision]:
    return [
        wire.Decision(
            step=row.step,
            outcome=row.outcome,
            opinion=row.opinion,
            excluded_household_ids=[wire.Exclusion(**entry) for entry in row.excluded["households"]],
            decided_on=row.decided_on,
            decided_at=row.decided_at.isoformat(),
            decided_by=row.decided_by,
            decided_office=row.decided_office,
        )
        for row in rows
    ]

"""Giving departments what their grants name of household files: masked unless the grant says clear; always noted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import masking
from services.registry.operations.household_views import identity_number
from services.registry.operations.trail import CLEAR, MASKED, Trail
from services.registry.storage import exchange as storage
from services.registry.storage.sealing import Seals
from shared.refusals import NotFound
from shared.schemas.exchange_records import Change, Changes, RecordPlace, SharedRecord, SharedRecords

FEED = "households"
MEMBER = "members."
_OF_HOUSEHOLD: dict[str, Callable[[Any], Any]] = {
    "household_no": lambda row: str(row.household_no),
    "status": lambda row: row.status,
    "registered_on": lambda row: row.registered_on,
    "attribute": lambda row: row.content.get("attribute"),
    "main_cause": lambda row: row.content.get("main_cause"),
    "household_type": lambda row: row.content.get("household_type"),
    "member_count": lambda row: row.content["member_count"],
}
_OF_MEMBER = ("sex", "relation", "ethnicity", "labour", "disability_grade")


async def households(
    session: AsyncSession,
    trail: Trail,
    seals: Seals,
    fields: Sequence[str],
    clear: bool,
    cursor: str | None,
    limit: int,
) -> SharedRecords:
    """A page of household files of the actor's area. The trail knows of it before a byte leaves."""
    found = await storage.households(session, trail.actor.scope, cursor, limit)
    records = [_record(row, fields, clear, seals) for row in found.rows]
    subjects = [record.id for record in records if not record.deleted]
    if subjects:
        shown = ",".join([CLEAR if clear else MASKED, *sorted(fields)])
        await trail.note(session, "exchange.read", subjects, shown, client=trail.actor.account)
    return SharedRecords(records=records, next_cursor=found.next_cursor, more=found.more)


def _record(row: Any, fields: Sequence[str], clear: bool, seals: Seals) -> SharedRecord:
    if not row.is_shared:
        return SharedRecord(id=str(row.household_id), version=row.version, deleted=True, division_code=None, fields={})
    values = {name: _OF_HOUSEHOLD[name](row) for name in fields if name in _OF_HOUSEHOLD}
    if "head_name" in fields:
        values["head_name"] = row.content["head_name"] if clear else masking.name(row.content["head_name"])
    wanted = [name.removeprefix(MEMBER) for name in fields if name.startswith(MEMBER)]
    if wanted:
        people = [member for member in row.content["members"] if member["active"]]
        values["members"] = [_member(member, wanted, clear, seals) for member in people]
    return SharedRecord(
        id=str(row.household_id), version=row.version, deleted=False, division_code=row.village_code, fields=values
    )


def _member(member: dict[str, Any], wanted: Sequence[str], clear: bool, seals: Seals) -> dict[str, Any]:
    values = {"id": member["id"]} | {name: member.get(name) for name in wanted if name in _OF_MEMBER}
    if "name" in wanted:
        values["name"] = member["name"] if clear else masking.name(member["name"])
    if "identity_number" in wanted:
        number = identity_number(member, seals)
        values["identity_number"] = number if clear else masking.identity_number(number)
    return values


async def household_changes(session: AsyncSession, cursor: str | None, limit: int) -> Changes:
    found = await storage.household_changes(session, cursor, limit)
    told = [
        Change(
            id=str(row.household_id), version=row.version, division_code=row.village_code,
            former_division_code=None if row.former == row.village_code else row.former,
        )
        for row in found.rows
    ]  # fmt: skip
    return Changes(changes=told, next_cursor=found.next_cursor, more=found.more)


async def household_place(session: AsyncSession, areas: Sequence[str], record: str) -> RecordPlace:
    try:
        household = UUID(record)
    except ValueError as error:
        raise NotFound() from error
    code = await storage.household_place(session, areas, household)
    if code is None:
        raise NotFound()
    return RecordPlace(division_code=code)

"""Lists of departments: taken in once, matched at once, answered with counts; and the way of the doubts."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, BinaryIO, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import comparison_sheets as sheets
from services.registry.domain import comparisons as rules
from services.registry.domain import refusals
from services.registry.domain.comparisons import Read
from services.registry.operations.trail import Trail
from services.registry.storage import comparisons as storage
from services.registry.storage import parameters
from services.registry.storage.ids import new_id
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import ComparisonDoubt, ComparisonDoubtStep, ComparisonList
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import registry_comparisons as wire
from shared.schemas.wire import Page, clean_text

REPLY_DAYS = "comparison_reply_days"


async def take_batch(
    session: AsyncSession, trail: Trail, seals: Seals, kind: str, request: wire.NewComparisonList
) -> wire.ComparisonList:
    """A list sent as JSON."""
    rows = [(place, row.identity_number, row.fact) for place, row in enumerate(request.rows, start=1)]
    content = hashlib.sha256(repr((kind, request.as_of, rows)).encode()).hexdigest()
    lot = sheets.Lot(range(1, len(rows) + 1), [row[1] for row in rows], [row[2] for row in rows])
    return await _take(
        session, trail, kind, request.batch_key, request.as_of, content,
        lambda today: rules.read([lot], seals.index_many, clean_text, today),
    )  # fmt: skip


async def take_sheet(
    session: AsyncSession, trail: Trail, seals: Seals, kind: str, batch_key: str, as_of: date, sheet: BinaryIO
) -> wire.ComparisonList:
    """A list sent as csv."""
    content = await asyncio.to_thread(
        lambda: hashlib.file_digest(cast("io.BufferedReader", sheet), "sha256").hexdigest()
    )
    sheet.seek(0)
    return await _take(session, trail, kind, batch_key, as_of, content, lambda today: _read_sheet(sheet, seals, today))


def _read_sheet(sheet: BinaryIO, seals: Seals, today: date) -> Read:
    for encoding in ("utf-8-sig", "gb18030"):
        sheet.seek(0)
        text = io.TextIOWrapper(sheet, encoding=encoding, newline="")
        try:
            found = rules.read(sheets.lots_of(text), seals.index_many, clean_text, today)
        except UnicodeDecodeError:
            continue
        except csv.Error as error:
            raise refusals.ComparisonUnreadable() from error
        finally:
            text.detach()
        return found
    raise refusals.ComparisonUnreadable()


async def _take(
    session: AsyncSession, trail: Trail, kind: str, batch_key: str, as_of: date, content: str,
    read: Callable[[date], Read],
) -> wire.ComparisonList:  # fmt: skip
    """Compare once; the same list sent again is answered as it stands now."""
    actor, today = trail.actor, clock.office_today()
    rules.require_kind(kind)
    if not actor.scope:
        raise refusals.NoOfficeArea()
    if as_of > today:
        raise refusals.ComparisonDayAhead()
    known = await storage.by_batch(session, actor.office, kind, batch_key, content)
    if known is None:
        # A long list is read and indexed with no connection held: a transaction that idles is ended by the server.
        await session.rollback()
        found = await asyncio.to_thread(read, today)
        await storage.take_turn(session, actor.office, kind)
        known = await storage.by_batch(session, actor.office, kind, batch_key, content)
    if known is not None:
        if known.content_sha256 != content:
            raise refusals.ComparisonBatchDiffers()
        return (await _shown(session, [known]))[0]
    days = int((await parameters.value(session, REPLY_DAYS, actor.scope[0], today)).value)
    first = found.first()
    row = ComparisonList(
        id=new_id(), kind=kind, office=actor.office, account=actor.account, person=actor.person,
        division_code=actor.scope[0], batch_key=batch_key, content_sha256=content, purpose=actor.purpose, as_of=as_of,
        received_at=clock.now(), reply_by=today + timedelta(days=days), rows=found.rows, faulty=found.faulty,
        repeated=len(found.indexes) - len(first), faults=[list(fault) for fault in found.faults],
    )  # fmt: skip
    people = await storage.match(session, actor.scope, first)
    row.matched = len(people)
    # Doubts refer to the list, and it is written once, with its counts: it goes in between match and doubts.
    await storage.add(session, row)
    named = [first[person] for person in people]
    places, facts = [found.places[at] for at in named], [found.facts[at] for at in named]
    await storage.add_doubts(session, row, people, places, facts)
    audit.record(session, actor, "comparison.take", str(row.id), kind=kind, rows=row.rows, matched=row.matched)
    return _list(row, {rules.OPEN: row.matched})


async def get_list(session: AsyncSession, actor: Actor, list_id: UUID) -> wire.ComparisonList:
    row = await storage.get_list(session, actor, list_id)
    if row is None:
        raise NotFound()
    return (await _shown(session, [row]))[0]


async def own_list(session: AsyncSession, actor: Actor, kind: str, list_id: UUID) -> wire.ComparisonList:
    row = await storage.own_list(session, actor, kind, list_id)
    if row is None:
        raise NotFound()
    return (await _shown(session, [row]))[0]


async def list_lists(
    session: AsyncSession, actor: Actor, kind: str | None, cursor: str | None, limit: int
) -> Page[wire.ComparisonList]:
    found = await storage.list_lists(session, actor, kind, paging.decode_id(cursor), limit + 1)
    items = await _shown(session, list(found[:limit]))
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(found) > limit else None)


async def outcomes(
    session: AsyncSession, actor: Actor, kind: str, list_id: UUID, cursor: str | None, limit: int
) -> Page[wire.RowOutcome]:
    """What the department that sent a list may know, by row of its own list."""
    row = await storage.own_list(session, actor, kind, list_id)
    if row is None:
        raise NotFound()
    after = paging.decode(cursor, int)
    found = await storage.outcomes(session, row.id, int(after[0]) if after else 0, limit + 1)
    items = [wire.RowOutcome(row=one.row, state=one.state, outcome=one.outcome) for one in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].row) if len(found) > limit else None)


async def _shown(session: AsyncSession, rows: list[ComparisonList]) -> list[wire.ComparisonList]:
    counts = await storage.counts(session, [row.id for row in rows])
    return [_list(row, counts[row.id]) for row in rows]


def _list(row: ComparisonList, counts: dict[str, int]) -> wire.ComparisonList:
    return wire.ComparisonList(
        id=str(row.id), kind=row.kind, office=row.office, division_code=row.division_code,
        batch_key=row.batch_key, as_of=row.as_of, received_at=row.received_at, reply_by=row.reply_by,
        rows=row.rows, faulty=row.faulty, repeated=row.repeated, matched=row.matched,
        **{name: counts.get(name, 0) for name in ("open", "answered", "closed", "confirmed", "refuted")},
        faults=[wire.ListFault(row=place, code=code) for place, code in row.faults],
    )  # fmt: skip


async def list_doubts(
    session: AsyncSession, trail: Trail, area: str, state: str | None, kind: str | None, cursor: str | None, limit: int
) -> Page[wire.ComparisonDoubt]:
    """Doubts of the actor's area; that a person is on a department's list is told, and noted."""
    after = paging.decode(cursor, int)
    found = await storage.list_doubts(session, trail.actor, area, state, kind, int(after[0]) if after else 0, limit + 1)
    rows = found[:limit]
    steps = await storage.steps(session, [row.id for row in rows])
    items = [_doubt(row, steps[row.id]) for row in rows]
    if items:
        await trail.note(session, "comparison.read", sorted({one.household_id for one in items}), "masked,comparison")
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(found) > limit else None)


async def reply(session: AsyncSession, actor: Actor, doubt_id: int, request: wire.DoubtReply) -> wire.ComparisonDoubt:
    """What the village found on the spot."""
    row = await _locked(session, actor, doubt_id)
    if row.state == rules.CLOSED:
        raise refusals.DoubtStepNotDue(state=row.state)
    row.state = rules.ANSWERED
    return await _step(session, actor, row, "reply", request.outcome, request.note)


async def close(session: AsyncSession, actor: Actor, doubt_id: int, request: wire.DoubtClosing) -> wire.ComparisonDoubt:
    """The county's end of it, by another person than who looked. The household file stays as it is."""
    row = await _locked(session, actor, doubt_id)
    if row.state != rules.ANSWERED:
        raise refusals.DoubtStepNotDue(state=row.state)
    before = (await storage.steps(session, [row.id]))[row.id]
    if any(step.person == actor.person for step in before):
        raise refusals.DoubtOwnClosing()
    row.state = rules.CLOSED
    return await _step(session, actor, row, "close", request.outcome, request.note)


async def _locked(session: AsyncSession, actor: Actor, doubt_id: int) -> ComparisonDoubt:
    row = await storage.lock_doubt(session, actor, doubt_id)
    if row is None:
        raise NotFound()
    return row


async def _step(
    session: AsyncSession, actor: Actor, row: ComparisonDoubt, step: str, outcome: str, note: str
) -> wire.ComparisonDoubt:
    before = (await storage.steps(session, [row.id]))[row.id]
    taken = ComparisonDoubtStep(
        doubt_id=row.id, number=len(before) + 1, step=step, outcome=outcome, note=note, at=clock.now(),
        account=actor.account, person=actor.person, office=actor.office,
    )  # fmt: skip
    await storage.add(session, taken)
    audit.record(session, actor, f"comparison.{step}", f"doubt:{row.id}", outcome=outcome)
    return _doubt(row, [*before, taken])


def _doubt(row: ComparisonDoubt, steps: list[ComparisonDoubtStep]) -> wire.ComparisonDoubt:
    told: list[dict[str, Any]] = [
        {"step": one.step, "outcome": one.outcome, "note": one.note, "at": one.at, "by": one.account,
         "office": one.office}
        for one in steps
    ]  # fmt: skip
    return wire.ComparisonDoubt.model_validate({
        "id": row.id, "kind": row.kind, "list_id": str(row.list_id), "household_id": str(row.household_id),
        "member_id": str(row.member_id), "village_code": row.village_code, "fact": row.fact, "state": row.state,
        "reply_by": row.reply_by, "overdue": row.state != rules.CLOSED and row.reply_by < clock.office_today(),
        "steps": told,
    })  # fmt: skip


def kinds() -> wire.ComparisonKinds:
    return wire.ComparisonKinds(items=[wire.ComparisonKind(**row) for row in rules.KINDS.values()])

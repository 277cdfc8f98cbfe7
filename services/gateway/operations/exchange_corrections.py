"""Asking the source to look at a field that seems wrong, and its answer. No value is told, either way."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain import exchange as rules
from services.gateway.domain.refusals import exchange as refusals
from services.gateway.domain.refusals.offices import OfficeUnknown
from services.gateway.operations.exchange_grants import item_of, new_id
from services.gateway.operations.exchange_records import is_machine, under
from services.gateway.storage import exchange as storage
from services.gateway.storage import offices, parameters
from services.gateway.storage.exchange import CorrectionRow
from services.gateway.storage.tables import ExchangeCorrection, ExchangeCorrectionAnswer
from services.gateway.upstream.exchange import place_of
from shared.chassis import audit, clock, paging
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import covers, require_in_scope
from shared.refusals import NotFound
from shared.schemas import gateway_exchange as wire
from shared.schemas.wire import Page


async def ask(
    session: AsyncSession, database: Database, peers: dict[str, Peer], actor: Actor, request: wire.NewExchangeCorrection
) -> wire.ExchangeCorrection:
    """Ask about a record the actor may see: its owner, or, of a pushed list's row, the department that pushed it."""
    item = item_of(request.item)
    if request.field not in item.names():
        raise refusals.FieldUnknown(pointer="/field")
    rules.require_no_value(request.reason)
    to_sector: str | None = None
    if item.direction == rules.IN:
        division = await _department(session, actor, request)
    else:
        to_sector = item.owner_sector
        if request.to_office is not None or item.direction != rules.OUT:
            raise refusals.ItemNotShared()
        reader = await _reader(database, actor, item.code, request.field)
        division = await place_of(peers[item.service], reader, item.feed, request.record_id)
    days = (await parameters.valid_on(session, clock.office_today()))["exchange_answer_days"]
    row = ExchangeCorrection(
        id=new_id(), item=item.code, record_id=request.record_id, field=request.field, reason=request.reason,
        division_code=division, to_sector=to_sector, to_office=None if to_sector else request.to_office,
        from_office=actor.office, asked_at=clock.now(), asked_by=actor.account, asked_person=actor.person,
        answer_by=clock.office_today() + timedelta(days=days),
    )  # fmt: skip
    await storage.add(session, row)
    audit.record(session, actor, "exchange.correction_ask", row.id, item=item.code, field=row.field)
    return _shown(row, None)


async def _reader(database: Database, actor: Actor, item: str, field: str) -> Actor:
    """Who looks for the record: a machine only under a grant that shows it this field."""
    if not is_machine(actor):
        return actor
    async with database.session(read_only=True) as session:
        grants = await storage.live(session, actor.account, clock.office_today(), item)
    fitting = [grant for grant in grants if field in grant.fields]
    if not fitting:
        raise refusals.NotGranted()
    return under(actor, fitting[0], fitting[0].division_code)


async def _department(session: AsyncSession, actor: Actor, request: wire.NewExchangeCorrection) -> str:
    if request.to_office is None or request.division_code is None or is_machine(actor):
        raise OfficeUnknown(pointer="/to_office")
    require_in_scope(actor, request.division_code)
    office = await offices.get_any(session, request.to_office)
    # The department stands in the actor's area or above it: nobody else can have sent a list about it.
    if office is None or not (
        covers([office.division_code], request.division_code) or covers(actor.scope, office.division_code)
    ):
        raise OfficeUnknown(pointer="/to_office")
    return request.division_code


async def answer(
    session: AsyncSession, actor: Actor, correction_id: str, request: wire.CorrectionAnswer
) -> wire.ExchangeCorrection:
    """Say what became of it: only the office that was asked, once."""
    found = await storage.get_correction(session, actor, correction_id, lock=True)
    if found is None:
        raise NotFound()
    row, given = found
    asked_here = row.to_office == actor.office or (
        row.to_sector == actor.sector and covers(actor.scope, row.division_code)
    )
    if not asked_here or actor.person == row.asked_person:
        raise refusals.NotTheOwner()
    if given is not None:
        raise refusals.CorrectionAnswered()
    rules.require_no_value(request.note)
    told = ExchangeCorrectionAnswer(
        correction_id=row.id, outcome=request.outcome, note=request.note, answered_at=clock.now(),
        answered_by=actor.account, answered_person=actor.person, answered_office=actor.office,
    )  # fmt: skip
    await storage.add(session, told)
    audit.record(session, actor, "exchange.correction_answer", row.id, item=row.item, outcome=told.outcome)
    return _shown(row, told)


async def get(session: AsyncSession, actor: Actor, correction_id: str) -> wire.ExchangeCorrection:
    found: CorrectionRow | None = await storage.get_correction(session, actor, correction_id)
    if found is None:
        raise NotFound()
    return _shown(found[0], found[1])


async def list_corrections(
    session: AsyncSession, actor: Actor, answered: bool | None, cursor: str | None, limit: int
) -> Page[wire.ExchangeCorrection]:
    after = paging.decode(cursor, str)
    found = await storage.list_corrections(session, actor, answered, str(after[0]) if after else None, limit + 1)
    items = [_shown(row[0], row[1]) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(found) > limit else None)


def _shown(row: ExchangeCorrection, told: ExchangeCorrectionAnswer | None) -> wire.ExchangeCorrection:
    return wire.ExchangeCorrection.model_validate({
        "id": row.id, "item": row.item, "record_id": row.record_id, "field": row.field, "reason": row.reason,
        "division_code": row.division_code, "to_sector": row.to_sector, "to_office": row.to_office,
        "from_office": row.from_office, "asked_at": row.asked_at, "answer_by": row.answer_by,
        "state": "open" if told is None else told.outcome, "note": None if told is None else told.note,
        "answered_at": None if told is None else told.answered_at,
        "answered_office": None if told is None else told.answered_office,
    })  # fmt: skip

"""Applications for shared items and the grants they become: asked by a department, decided by who answers for it."""

from __future__ import annotations

import secrets
import time
from datetime import date, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain import exchange as rules
from services.gateway.domain.exchange import Asked, Item
from services.gateway.domain.refusals import exchange as refusals
from services.gateway.storage import exchange as storage
from services.gateway.storage import parameters
from services.gateway.storage.exchange import ApplicationRow
from services.gateway.storage.exchange_catalogue import catalogue
from services.gateway.storage.tables import ExchangeApplication, ExchangeDecision, ExchangeWithdrawal
from services.gateway.upstream.registry import require_division
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import covers
from shared.refusals import NotFound
from shared.schemas import gateway_exchange as wire
from shared.schemas.wire import Page


def new_id() -> str:
    """32 hexadecimal digits that sort by time."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def item_of(code: str) -> Item:
    found = catalogue().get(code)
    if found is None:
        raise refusals.ItemUnknown()
    return found


async def apply(session: AsyncSession, actor: Actor, registry: Peer, request: wire.NewApplication) -> wire.Application:
    """Ask for an item for a machine of one's own office."""
    item = item_of(request.item)
    await require_division(registry, actor, request.division_code)
    today = clock.office_today()
    longest = (await parameters.valid_on(session, today))["exchange_grant_days"]
    asked = Asked(
        request.purpose, request.legal_basis or "", request.fields, request.clear, request.division_code, request.days
    )
    rules.require_fitting(item, asked, longest)
    if await storage.client_of_office(session, request.client_id, actor.office) is None:
        raise refusals.ClientUnknown()
    row = ExchangeApplication(
        id=new_id(), client_id=request.client_id, item=item.code, owner_sector=item.owner_sector,
        purpose=request.purpose, legal_basis=asked.legal_basis, fields=sorted(set(request.fields)), clear=request.clear,
        division_code=request.division_code, days=request.days, rate_per_minute=request.rate_per_minute,
        office_code=actor.office, applied_at=clock.now(), applied_by=actor.account, applied_person=actor.person,
    )  # fmt: skip
    await storage.add(session, row)
    audit.record(session, actor, "exchange.apply", row.id, item=item.code, purpose=row.purpose, clear=row.clear)
    return shown(row, None, None, today)


async def decide(
    session: AsyncSession, actor: Actor, application_id: str, request: wire.ApplicationDecision
) -> wire.Application:
    """Grant, never wider than asked, or refuse. Another person than who applied, of the office that owns the item."""
    asked, given, _ = await _locked(session, actor, application_id)
    _require_owner(actor, asked)
    if given is not None:
        raise refusals.AlreadyDecided()
    if actor.person == asked.applied_person:
        raise refusals.OwnDecision()
    granted = request.outcome == "granted"
    fields = asked.fields if request.fields is None else request.fields
    clear = asked.clear if request.clear is None else request.clear
    area, days = request.division_code or asked.division_code, request.days or asked.days
    if granted:
        before = Asked(asked.purpose, asked.legal_basis, asked.fields, asked.clear, asked.division_code, asked.days)
        rules.require_no_wider(before, fields, clear, area, days)
        rules.require_area(item_of(asked.item), area)
    today = clock.office_today()
    row = ExchangeDecision(
        application_id=asked.id, outcome=request.outcome, reason=request.reason,
        fields=sorted(set(fields)) if granted else [], clear=granted and clear, division_code=area,
        until=today + timedelta(days=days) if granted else None,
        rate_per_minute=min(request.rate_per_minute or asked.rate_per_minute, asked.rate_per_minute),
        applied_person=asked.applied_person, decided_at=clock.now(), decided_by=actor.account,
        decided_person=actor.person, decided_office=actor.office,
    )  # fmt: skip
    await storage.add(session, row)
    audit.record(session, actor, f"exchange.{request.outcome}", asked.id, item=asked.item, fields=row.fields)
    return shown(asked, row, None, today)


async def withdraw(session: AsyncSession, actor: Actor, application_id: str, reason: str) -> wire.Application:
    """End a grant now: by its owner, or by the department itself."""
    asked, given, withdrawn = await _locked(session, actor, application_id)
    if asked.office_code != actor.office:
        _require_owner(actor, asked)
    today = clock.office_today()
    if given is None or _state(given, withdrawn, today) != "granted":
        raise refusals.GrantNotLive()
    row = ExchangeWithdrawal(
        application_id=asked.id, reason=reason, withdrawn_at=clock.now(), withdrawn_by=actor.account,
        withdrawn_office=actor.office,
    )  # fmt: skip
    await storage.add(session, row)
    audit.record(session, actor, "exchange.withdraw", asked.id, item=asked.item)
    return shown(asked, given, row, today)


def _require_owner(actor: Actor, asked: ExchangeApplication) -> None:
    """The item's owner is the office of its sector whose area holds all that is asked for."""
    if actor.sector != asked.owner_sector or not covers(actor.scope, asked.division_code):
        raise refusals.NotTheOwner()


async def _locked(session: AsyncSession, actor: Actor, application_id: str) -> ApplicationRow:
    found = await storage.get(session, actor, application_id, lock=True)
    if found is None:
        raise NotFound()
    return found


async def get(session: AsyncSession, actor: Actor, application_id: str) -> wire.Application:
    found = await storage.get(session, actor, application_id)
    if found is None:
        raise NotFound()
    return shown(found[0], found[1], found[2], clock.office_today())


async def list_applications(
    session: AsyncSession, actor: Actor, item: str | None, state: str | None, cursor: str | None, limit: int
) -> Page[wire.Application]:
    after = paging.decode(cursor, str)
    found = await storage.list_seen(session, actor, item, state, str(after[0]) if after else None, limit + 1)
    today = clock.office_today()
    items = [shown(row[0], row[1], row[2], today) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(found) > limit else None)


async def usage(
    session: AsyncSession, actor: Actor, first: date, last: date, item: str | None, client: str | None
) -> wire.Usage:
    """Calls and records by grant and day, the latest day first: at most a thousand rows."""
    rows = await storage.uses(session, actor, first, last, item, client)
    days = [
        wire.UsageDay(
            day=row.day, grant_id=row.grant_id, client_id=row.client_id, item=row.item, calls=row.calls,
            records=row.records,
        )
        for row in rows
    ]  # fmt: skip
    return wire.Usage(days=days, calls=sum(row.calls for row in days), records=sum(row.records for row in days))


State = Literal["open", "granted", "refused", "withdrawn", "expired"]


def _state(given: ExchangeDecision | None, withdrawn: ExchangeWithdrawal | None, today: date) -> State:
    if given is None:
        return "open"
    if withdrawn is not None:
        return "withdrawn"
    if given.until is None:
        return "refused"
    return "granted" if given.until >= today else "expired"


def shown(
    asked: ExchangeApplication, given: ExchangeDecision | None, withdrawn: ExchangeWithdrawal | None, today: date
) -> wire.Application:
    """An application with its decision and its history."""
    grant = None
    history = [wire.ExchangeStep(
        step="applied", at=asked.applied_at, by=asked.applied_by, office=asked.office_code, reason=asked.legal_basis
    )]  # fmt: skip
    if given is not None:
        step: Literal["granted", "refused"] = "refused" if given.until is None else "granted"
        history.append(wire.ExchangeStep(
            step=step, at=given.decided_at, by=given.decided_by, office=given.decided_office, reason=given.reason
        ))  # fmt: skip
        if given.until is not None:
            grant = wire.GivenGrant(
                fields=given.fields, clear=given.clear, division_code=given.division_code, until=given.until,
                rate_per_minute=given.rate_per_minute,
            )  # fmt: skip
    if withdrawn is not None:
        history.append(wire.ExchangeStep(
            step="withdrawn", at=withdrawn.withdrawn_at, by=withdrawn.withdrawn_by, office=withdrawn.withdrawn_office,
            reason=withdrawn.reason,
        ))  # fmt: skip
    return wire.Application(
        id=asked.id, client_id=asked.client_id, item=asked.item, office=asked.office_code, purpose=asked.purpose,
        legal_basis=asked.legal_basis, fields=asked.fields, clear=asked.clear, division_code=asked.division_code,
        days=asked.days, rate_per_minute=asked.rate_per_minute, state=_state(given, withdrawn, today), grant=grant,
        history=history,
    )  # fmt: skip

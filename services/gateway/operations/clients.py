"""Machine clients of departments: grant, look up, shut."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.refusals.accounts import AccountStateUnchanged
from services.gateway.domain.refusals.clients import ClientAlreadyExpired
from services.gateway.domain.refusals.offices import OfficeUnknown
from services.gateway.operations.client_access import first_secret, fit_networks
from services.gateway.operations.role_checks import require_fitting, require_machine
from services.gateway.storage import accounts as storage
from services.gateway.storage import clients as access
from services.gateway.storage import offices, sessions
from services.gateway.storage.data_files import role_book
from services.gateway.storage.tables import MACHINE, Account, Office
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas.gateway import Client, ClientCreated, NewClient
from shared.schemas.wire import Page

LONGEST_GRANT = timedelta(days=3 * 366)


async def create(session: AsyncSession, actor: Actor, request: NewClient) -> ClientCreated:
    """Let a department's machine in until a day. The secret leaves once, in this answer."""
    today = clock.office_today()
    if not today < request.expires_on <= today + LONGEST_GRANT:
        raise ClientAlreadyExpired()
    office = await offices.get(session, actor, request.office)
    if office is None:
        raise OfficeUnknown()
    require_machine(role_book(), request.roles)
    require_fitting(role_book(), office, request.roles)
    client_id = f"client-{uuid.uuid4().hex}"
    row = Account(
        id=client_id,
        kind=MACHINE,
        username=client_id,
        person_id=None,
        office_code=office.code,
        roles=sorted(set(request.roles)),
        title=request.name,
        secret_hash="",
        purpose=request.purpose,
        expires_on=request.expires_on,
        disabled=False,
        version=1,
        created_at=clock.now(),
        created_by=actor.account,
    )
    await storage.add(session, row, actor.account)
    _, client_secret = await first_secret(session, client_id, actor.account)
    await access.set_addresses(session, client_id, fit_networks(request.networks))
    audit.record(session, actor, "client.create", client_id, office=office.code, roles=row.roles)
    return ClientCreated(client=_shown(row, office), client_secret=client_secret)


async def disable(session: AsyncSession, actor: Actor, client_id: str, reason: str) -> Client:
    """Shut a machine out, at once and with every token it holds."""
    found = await storage.get(session, actor, client_id, MACHINE, lock=True)
    if found is None:
        raise NotFound()
    row, office, _ = found
    if row.disabled:
        raise AccountStateUnchanged()
    row.disabled = True
    row.version += 1
    await storage.keep_version(session, row, reason, actor.account)
    await sessions.end_all(session, row.id, "disabled")
    audit.record(session, actor, "client.disable", row.id)
    return _shown(row, office)


async def get(session: AsyncSession, actor: Actor, client_id: str) -> Client:
    found = await storage.get(session, actor, client_id, MACHINE)
    if found is None:
        raise NotFound()
    return _shown(found[0], found[1])


async def list_clients(session: AsyncSession, actor: Actor, cursor: str | None, limit: int) -> Page[Client]:
    after = paging.decode(cursor, str)
    behind = str(after[0]) if after else None
    found = await storage.list_in_scope(session, actor, MACHINE, "00", None, behind, limit + 1)
    items = [_shown(row[0], row[1]) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].client_id) if len(found) > limit else None)


def _shown(row: Account, office: Office) -> Client:
    assert row.expires_on is not None
    return Client(
        client_id=row.id,
        name=row.title,
        office=office.code,
        division_code=office.division_code,
        roles=list(row.roles),
        purpose=row.purpose,
        expires_on=row.expires_on,
        disabled=row.disabled,
        created_at=row.created_at,
    )

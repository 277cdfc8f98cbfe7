"""Links between the external issuer's subjects and accounts: an administrator makes them, nobody for themselves."""

from __future__ import annotations

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.refusals.accounts import OwnAccount
from services.gateway.domain.refusals.issuer_links import IssuerAbsent
from services.gateway.operations.role_checks import require_grantable
from services.gateway.storage import accounts, sessions
from services.gateway.storage import issuer_links as storage
from services.gateway.storage.accounts import AccountRow
from services.gateway.storage.data_files import role_book
from services.gateway.storage.tables import PERSON
from services.gateway.storage.tables import IssuerLink as Row
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas.gateway_sign_in import IssuerLink, NewIssuerLink
from shared.schemas.wire import Page


async def create(
    session: AsyncSession, actor: Actor, issuer: str, account_id: str, request: NewIssuerLink
) -> IssuerLink:
    """Tie a subject to somebody's account in the actor's area."""
    if not issuer:
        raise IssuerAbsent()
    found = await _found(session, actor, account_id)
    row = Row(
        id=uuid.uuid4().hex,
        issuer=issuer,
        subject=request.subject,
        account_id=account_id,
        created_at=clock.now(),
        created_by=actor.account,
    )
    await storage.add(session, row)
    audit.record(session, actor, "issuer_link.create", account_id, link=row.id)
    return _shown(row, found[0].username)


async def list_links(session: AsyncSession, actor: Actor, account_id: str) -> Page[IssuerLink]:
    found = await accounts.get(session, actor, account_id, PERSON)
    if found is None:
        raise NotFound()
    rows = await storage.of_account(session, account_id)
    return Page(items=[_shown(row, found[0].username) for row in rows], next_cursor=None)


async def end(session: AsyncSession, actor: Actor, account_id: str, link_id: str) -> None:
    """Untie; the account's sign-ins end, whichever way they began."""
    await _found(session, actor, account_id)
    if not await storage.remove(session, account_id, link_id):
        raise NotFound()
    await sessions.end_all(session, account_id, "issuer_link_ended")
    audit.record(session, actor, "issuer_link.end", account_id, link=link_id)


async def _found(session: AsyncSession, actor: Actor, account_id: str) -> AccountRow:
    found = await accounts.get(session, actor, account_id, PERSON, lock=True)
    if found is None:
        raise NotFound()
    if found[0].person_id == actor.person:
        raise OwnAccount()
    require_grantable(role_book(), actor, found[1], found[0].roles)
    return found


def _shown(row: Row, username: str) -> IssuerLink:
    return IssuerLink(
        id=row.id,
        issuer=row.issuer,
        subject=row.subject,
        account=row.account_id,
        username=username,
        created_at=row.created_at,
    )

"""What a machine proves itself with and where it may come from: two secrets or keys side by side while it changes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain import client_addresses, signing_keys
from services.gateway.domain.refusals.clients import (
    ClientShut,
    CredentialPresent,
    CredentialsFull,
    KeyPrivate,
    KeyUnfit,
    NetworkUnfit,
)
from services.gateway.operations.digests import digest, new_secret
from services.gateway.storage import accounts, sessions
from services.gateway.storage import clients as storage
from services.gateway.storage.accounts import AccountRow
from services.gateway.storage.tables import KEY, MACHINE, SECRET, ClientCredential
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas.gateway_sign_in import ClientAccess, ClientNetworks, ClientSecret, NewClientKey
from shared.schemas.gateway_sign_in import ClientCredential as Shown

SIDE_BY_SIDE = 2
"""Live credentials of a kind: the one in use and the one it changes over to."""


async def get(session: AsyncSession, actor: Actor, client_id: str) -> ClientAccess:
    """The machine's live credentials and its networks."""
    await _found(session, actor, client_id)
    return await _access(session, client_id)


async def add_secret(session: AsyncSession, actor: Actor, client_id: str) -> ClientSecret:
    """A further secret, shown once; the one before stays good until it is ended."""
    await _locked(session, actor, client_id, SECRET)
    row, secret = await first_secret(session, client_id, actor.account)
    audit.record(session, actor, "client.add_secret", client_id, credential=row.id)
    return ClientSecret(credential=_shown(row), client_secret=secret)


async def first_secret(session: AsyncSession, client_id: str, by: str) -> tuple[ClientCredential, str]:
    """Keep a fresh secret's digest; the secret itself goes back to whoever asked."""
    secret = new_secret()
    row = _new(client_id, SECRET, digest(secret), by)
    await storage.add_credential(session, row)
    return row, secret


async def add_key(session: AsyncSession, actor: Actor, client_id: str, request: NewClientKey) -> Shown:
    """Register a public key for `private_key_jwt`."""
    await _locked(session, actor, client_id, KEY)
    if signing_keys.is_private(request.key):
        raise KeyPrivate()
    public = signing_keys.public_part(request.key)
    row = _new(client_id, KEY, _thumbprint(public), actor.account)
    row.public_key = public
    if await storage.has_mark(session, client_id, row.mark):
        raise CredentialPresent()
    await storage.add_credential(session, row)
    audit.record(session, actor, "client.add_key", client_id, credential=row.id)
    return _shown(row)


async def end_credential(session: AsyncSession, actor: Actor, client_id: str, credential_id: str) -> ClientAccess:
    """End a secret or key, and what was begun with it: the machine signs in anew with the other."""
    await _found(session, actor, client_id, lock=True)
    live = {one.id: one for one in await storage.credentials(session, client_id)}
    if credential_id not in live:
        raise NotFound()
    live[credential_id].ended_at = clock.now()
    await session.flush()
    await sessions.end_all(session, client_id, "credential_ended")
    audit.record(session, actor, "client.end_credential", client_id, credential=credential_id)
    return await _access(session, client_id)


async def set_networks(session: AsyncSession, actor: Actor, client_id: str, request: ClientNetworks) -> ClientAccess:
    """Say where the machine may come from; holds for tokens it has already."""
    await _found(session, actor, client_id, lock=True)
    networks = fit_networks(request.networks)
    await storage.set_addresses(session, client_id, networks)
    audit.record(session, actor, "client.set_networks", client_id, networks=networks)
    return await _access(session, client_id)


def fit_networks(texts: Iterable[str]) -> list[str]:
    """Networks in their one spelling, each once. NetworkUnfit for what is none or too wide."""
    found = [client_addresses.network(text) for text in texts]
    if None in found:
        raise NetworkUnfit()
    return sorted({str(one) for one in found})


async def require_live(session: AsyncSession, client_id: str) -> AccountRow:
    """The machine with its office, for who grants it something. ClientShut when it is shut or over."""
    found = await accounts.by_username(session, client_id, MACHINE)
    if found is None:
        raise NotFound()
    expires_on = found[0].expires_on
    if found[0].disabled or expires_on is None or expires_on < clock.office_today():
        raise ClientShut()
    return found


async def _found(session: AsyncSession, actor: Actor, client_id: str, *, lock: bool = False) -> AccountRow:
    found = await accounts.get(session, actor, client_id, MACHINE, lock=lock)
    if found is None:
        raise NotFound()
    return found


async def _locked(session: AsyncSession, actor: Actor, client_id: str, kind: str) -> None:
    """The machine may be given one more of this kind."""
    found = await _found(session, actor, client_id, lock=True)
    if found[0].disabled:
        raise ClientShut()
    if len(await storage.credentials(session, client_id, kind=kind)) >= SIDE_BY_SIDE:
        raise CredentialsFull()


def _thumbprint(public: dict[str, Any]) -> str:
    if not signing_keys.algorithms_of(public):
        raise KeyUnfit()
    try:
        return JWKRegistry.import_key(public).thumbprint()
    except (JoseError, ValueError, TypeError) as error:
        raise KeyUnfit() from error


def _new(client_id: str, kind: str, mark: str, by: str) -> ClientCredential:
    return ClientCredential(
        id=uuid.uuid4().hex,
        account_id=client_id,
        kind=kind,
        mark=mark,
        public_key=None,
        created_at=clock.now(),
        created_by=by,
        ended_at=None,
    )


async def _access(session: AsyncSession, client_id: str) -> ClientAccess:
    live = await storage.credentials(session, client_id)
    return ClientAccess(
        client_id=client_id,
        credentials=[_shown(one) for one in live],
        networks=await storage.addresses(session, client_id),
    )


def _shown(row: ClientCredential) -> Shown:
    kind = "key" if row.kind == KEY else "secret"
    return Shown(id=row.id, kind=kind, thumbprint=row.mark if row.kind == KEY else "", created_at=row.created_at)

"""What the gateway's own routes are given."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Request

from services.gateway.operations.parts import Parts
from shared.chassis.database import Database
from shared.chassis.peers import Peer
from shared.refusals import PreconditionFailed, PreconditionRequired, Unauthenticated


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _registry(request: Request) -> Peer:
    registry: Peer = request.app.state.peers["registry"]
    return registry


def _sign_in(request: Request) -> str:
    found: str | None = getattr(request.state, "sign_in", None)
    if found is None:
        raise Unauthenticated()
    return found


def _peer(request: Request) -> str:
    return request.client.host if request.client else ""


def _version(if_match: Annotated[str | None, Header(description='the version read, as `"3"`')] = None) -> int:
    if if_match is None:
        raise PreconditionRequired()
    value = if_match.strip().removeprefix('"').removesuffix('"')
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise PreconditionFailed()
    return int(value)


GatewayParts = Annotated[Parts, Depends(_parts)]
OwnDatabase = Annotated[Database, Depends(_database)]
Registry = Annotated[Peer, Depends(_registry)]
SignInId = Annotated[str, Depends(_sign_in)]
"""Which sign-in the request's token descends from."""
PeerAddress = Annotated[str, Depends(_peer)]
Version = Annotated[int, Depends(_version)]
"""The version an update was made from, by If-Match."""

"""What the gateway's own routes are given."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from services.gateway.operations.parts import Parts
from shared.chassis.database import Database
from shared.chassis.peers import Peer
from shared.refusals import Unauthenticated


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


GatewayParts = Annotated[Parts, Depends(_parts)]
OwnDatabase = Annotated[Database, Depends(_database)]
Registry = Annotated[Peer, Depends(_registry)]
SignInId = Annotated[str, Depends(_sign_in)]
"""Which sign-in the request's token descends from."""
PeerAddress = Annotated[str, Depends(_peer)]

"""What several routers take from a request: the peers to ask, ids in paths, the usual filters."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Query, Request

from services.funds.storage.sealing import Seals
from shared.chassis.database import Database
from shared.chassis.peers import Peer
from shared.schemas.wire import DivisionCode

WholeId = Annotated[int, Path(ge=1, le=2**62)]
YearFilter = Annotated[int | None, Query(ge=2000, le=2100)]
IdFilter = Annotated[int | None, Query(ge=1, le=2**62)]
ProjectFilter = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
Area = Annotated[DivisionCode, Query(description="only what lies in this division; 00 is the country")]


def projects_peer(request: Request) -> Peer:
    peer: Peer = request.app.state.peers["projects"]
    return peer


def registry_peer(request: Request) -> Peer:
    peer: Peer = request.app.state.peers["registry"]
    return peer


ProjectsPeer = Annotated[Peer, Depends(projects_peer)]
RegistryPeer = Annotated[Peer, Depends(registry_peer)]


def trail_database(request: Request) -> Database:
    """Where reads of people's files are noted, in a transaction of their own."""
    database: Database = request.app.state.database
    return database


def seals_of(request: Request) -> Seals:
    """The keys that seal payees' accounts."""
    seals: Seals = request.app.state.seals
    return seals


CurrentSeals = Annotated[Seals, Depends(seals_of)]
Trail = Annotated[Database, Depends(trail_database)]

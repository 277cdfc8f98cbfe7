"""The services this one asks, as dependencies of its operations."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from shared.chassis.peers import Peer


def _registry(request: Request) -> Peer:
    peer: Peer = request.app.state.peers["registry"]
    return peer


Registry = Annotated[Peer, Depends(_registry)]

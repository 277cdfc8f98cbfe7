"""What operations on personal files are given besides the session: the trail of reads, the seals, versions."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import Depends, Header, Request

from services.registry.operations.trail import Trail
from services.registry.storage.sealing import Seals
from shared.chassis.identity import CurrentActor
from shared.refusals import Malformed, PreconditionRequired


def _seals(request: Request) -> Seals:
    seals: Seals = request.app.state.seals
    return seals


def _trail(request: Request, actor: CurrentActor) -> Trail:
    return Trail(request.app.state.database, actor)


def _expected_version(
    if_match: Annotated[str | None, Header(description='the version changed from, as in its ETag: "3"')] = None,
) -> int | None:
    if if_match is None:
        return None
    match = re.fullmatch(r'"([1-9][0-9]{0,8})"', if_match, re.ASCII)
    if match is None:
        raise Malformed(pointer="/if-match")
    return int(match.group(1))


CurrentSeals = Annotated[Seals, Depends(_seals)]
CurrentTrail = Annotated[Trail, Depends(_trail)]
VersionGiven = Annotated[int | None, Depends(_expected_version)]


def required(version: int | None) -> int:
    """The version an update was made from; PreconditionRequired without one."""
    if version is None:
        raise PreconditionRequired()
    return version


def etag(version: int) -> str:
    return f'"{version}"'


def asks(declared: dict[str, Any]) -> dict[str, Any]:
    """Route arguments of a POST that only asks: its body holds what must not stand in an address, it runs read
    only, and its answer is stored under no idempotency key."""
    return declared | {"openapi_extra": declared["openapi_extra"] | {"x-reads-only": True}}

"""What the gateway asks of the services' feeds: records, thin changes, where a record lies."""

from __future__ import annotations

from typing import Any

import orjson

from shared.chassis.changes import CursorOutlived
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer, PeerUnavailable
from shared.refusals import Malformed, NotFound
from shared.schemas.exchange_records import Changes, RecordPlace


async def records_of(service: Peer, actor: Actor, feed: str, params: dict[str, Any]) -> dict[str, Any]:
    """A page of records as the service tells it. Refuses a cursor the service refuses."""
    answer = await service.get(actor, f"/internal/exchange/{feed}/records", params)
    _require_told(answer.status_code, answer.content)
    page: dict[str, Any] = orjson.loads(answer.content)
    return page


async def changes_of(service: Peer, actor: Actor, feed: str, params: dict[str, Any]) -> Changes:
    answer = await service.get(actor, f"/internal/exchange/{feed}/changes", params)
    _require_told(answer.status_code, answer.content)
    return Changes.model_validate_json(answer.content)


async def place_of(service: Peer, actor: Actor, feed: str, record: str) -> str:
    """The division a record lies in; NotFound when the actor may not see it."""
    answer = await service.get(actor, f"/internal/exchange/{feed}/places/{record}")
    if answer.status_code in (404, 422):
        raise NotFound()
    _require_told(answer.status_code, answer.content)
    return RecordPlace.model_validate_json(answer.content).division_code


def _require_told(status: int, content: bytes) -> None:
    if status == 200:
        return
    if status == 409 and CursorOutlived.code.encode() in content:
        raise CursorOutlived()
    if status in (400, 422):
        raise Malformed(pointer="/cursor")
    raise PeerUnavailable()

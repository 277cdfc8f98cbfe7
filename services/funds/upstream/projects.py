"""What funds ask of projects, always before the first SQL of a request."""

from __future__ import annotations

from urllib.parse import quote

from pydantic import ValidationError

from shared.chassis.identity import Actor
from shared.chassis.peers import Peer, PeerUnavailable
from shared.schemas.projects import ProjectGrant


async def grant_of(peer: Peer, actor: Actor, project_code: str) -> ProjectGrant | None:
    """What projects say of a project now; None when it is absent or outside the actor's scope.

    Raises PeerUnavailable when projects are away or answer something else.
    """
    answer = await peer.get(actor, f"/internal/projects/{quote(project_code, safe='')}/grant")
    if answer.status_code == 404:
        return None
    if answer.status_code != 200:
        raise PeerUnavailable()
    try:
        return ProjectGrant.model_validate_json(answer.content)
    except ValidationError as error:
        raise PeerUnavailable() from error

"""A keyed request that takes several transactions, because another service decides between them.

The route opens no session. The operation opens one for each stage, holds none while the other service is asked, and
stores the answer under the request's key in the stage that makes it true. Whoever ends the operation, this request or
a sweeper after a crash, stores the same answer in the same way. See docs/decisions/0013-two-service-operations.md.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from shared.chassis import idempotency, problems
from shared.chassis.database import Database
from shared.chassis.idempotency import Claim
from shared.refusals import Refusal
from shared.schemas.wire import Operation

WAIT_S = 1
"""What Retry-After says to who is told to ask for the outcome."""


@dataclass(slots=True)
class Stages:
    """The claim of one request, and its transactions one after the other."""

    database: Database
    areas: Sequence[str]
    claim: Claim
    address: str
    """Where the outcome can be asked for."""

    @asynccontextmanager
    async def stage(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends well, rolled back otherwise."""
        async with self.database.session(areas=self.areas) as session:
            yield session

    async def hand_over(self, session: AsyncSession, operation_id: str) -> None:
        """From this stage's commit on, the operation answers the key; a crash of this request changes nothing."""
        self.claim = await idempotency.hand_over(session, self.claim, operation_id)

    async def outcome(self) -> Response:
        """The stored answer, or 202 with the address where it will be found."""
        async with self.database.session(read_only=True) as session:
            answer = await idempotency.answer_of(session, self.claim)
        if answer is not None:
            return answer
        waiting = Operation(operation=self.claim.operation, state="in_flight", status=None, body=None)
        return Response(
            waiting.model_dump_json(),
            status_code=202,
            media_type="application/json",
            headers={"Location": self.address, "Retry-After": str(WAIT_S)},
        )


async def answer(session: AsyncSession, claim: Claim, content: BaseModel | Refusal, status: int = 200) -> None:
    """Store an answer or a final refusal under its key, in the transaction that makes it true."""
    if isinstance(content, Refusal):
        response = problems.of_refusal(_NOBODY, content)
    else:
        response = Response(content.model_dump_json(), status_code=status, media_type="application/json")
    await idempotency.finish(session, claim, response)


_NOBODY = Request({"type": "http", "headers": []})
"""A refusal that is stored carries both languages; its title is in the first."""


def in_stages(declared: dict[str, Any]) -> dict[str, Any]:
    """Route arguments of a keyed operation that takes `InStages` instead of a session."""
    return declared | {
        "openapi_extra": declared["openapi_extra"] | {"x-in-stages": True},
        "responses": {202: {"model": Operation, "description": "begun; the outcome is found at Location"}},
    }


async def _stages(request: Request) -> Stages:
    stages: Stages = request.state.stages
    return stages


InStages = Annotated[Stages, Depends(_stages)]

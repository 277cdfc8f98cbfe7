"""Requests of one kind that come at the same time are carried out in one transaction, as one lot.

What arrives while a lot is under way makes up the next one; what comes alone is a lot of one. Each request keeps its
own outcome: those that are refused are left out, and when a lot fails as a whole each of it is carried out alone, so
that nobody is answered for the fault of another. An outcome is given only once its transaction is on disk.

A lot is carried out by the first request in it, in its own task; it then hands on to the first of those who wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from shared.refusals import Unavailable

Asked = TypeVar("Asked")
Given = TypeVar("Given")
CarryOut = Callable[[Sequence[Asked]], Awaitable[Sequence[Given | Exception]]]
"""Carries a lot out in one transaction: for each, in order, what it is given or why not."""
MOST = 64
IN_LOTS: Final = "in_lots"
_LEAD: Final = object()
_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])


def in_lots(enter: Callable[..., Any]) -> Callable[[_Endpoint], _Endpoint]:
    """An endpoint of a keyed operation that takes `InStages` for its claim and adds its request to a lot, which `enter`
    carries out.

    No session is opened for it; the lot's own transaction stores its answer under its key.
    """

    def marked(endpoint: _Endpoint) -> _Endpoint:
        setattr(endpoint, IN_LOTS, enter)
        return endpoint

    return marked


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Asked]):
    asked: Asked
    task: asyncio.Task[Any] | None
    turn: asyncio.Future[Any]
    """Ends with the outcome, or with _LEAD."""


class Lots(Generic[Asked, Given]):
    """Lots of one kind of request, one after the other."""

    def __init__(self, carry_out: CarryOut[Asked, Given], most: int = MOST) -> None:
        self._carry_out = carry_out
        self._most = most
        self._waiting: list[_Waiting[Asked]] = []
        self._leader: asyncio.Task[Any] | None = None

    async def add(self, asked: Asked) -> Given:
        """What this request is given once the lot it came into is carried out; raises what it was refused with."""
        mine = _Waiting(asked, asyncio.current_task(), asyncio.get_running_loop().create_future())
        if self._leader is not None and not self._leader.done():
            self._waiting.append(mine)
            outcome = await self._turn_of(mine)
        else:
            outcome = _LEAD
        if outcome is _LEAD:
            self._leader = mine.task
            outcome = await self._led_by(mine)
        if isinstance(outcome, Exception):
            raise outcome
        given: Given = outcome
        return given

    async def _turn_of(self, mine: _Waiting[Asked]) -> Any:
        try:
            return await mine.turn
        except asyncio.CancelledError:
            if mine in self._waiting:
                self._waiting.remove(mine)
            if not mine.turn.cancelled() and mine.turn.result() is _LEAD:
                self._hand_on()
            raise

    async def _led_by(self, mine: _Waiting[Asked]) -> Any:
        others = self._waiting[: self._most - 1]
        del self._waiting[: self._most - 1]
        outcomes: Sequence[Any] = [Unavailable()] * (len(others) + 1)
        try:
            outcomes = await self._carried_out([mine.asked, *(other.asked for other in others)])
        finally:
            for other, outcome in zip(others, outcomes[1:], strict=True):
                if not other.turn.done():
                    other.turn.set_result(outcome)
            self._hand_on()
        return outcomes[0]

    def _hand_on(self) -> None:
        self._leader = None
        while self._waiting:
            first = self._waiting.pop(0)
            if not first.turn.done():
                self._leader = first.task
                first.turn.set_result(_LEAD)
                return

    async def _carried_out(self, lot: Sequence[Asked]) -> Sequence[Any]:
        try:
            return await self._carry_out(lot)
        except Exception as error:
            if len(lot) == 1:
                return [error]
        return [await self._alone(one) for one in lot]

    async def _alone(self, one: Asked) -> Any:
        try:
            return (await self._carry_out([one]))[0]
        except Exception as error:
            return error

"""Requests that come at the same time share a transaction and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from shared.chassis.lots import Lots
from shared.refusals import NotFound, Unavailable


class Desk:
    """Carries lots out when it is let; an odd number is refused, and a lot with a 13 fails as a whole."""

    def __init__(self) -> None:
        self.lots: list[list[int]] = []
        self.open = asyncio.Semaphore(0)

    async def carry_out(self, lot: Sequence[int]) -> list[int | Exception]:
        self.lots.append(list(lot))
        await self.open.acquire()
        if 13 in lot:
            raise OSError("gone")
        return [NotFound() if one % 2 else one * 10 for one in lot]

    def let(self, lots: int = 10) -> None:
        """Let so many lots be carried out."""
        for _ in range(lots):
            self.open.release()


async def begun(lots: Lots[int, int], *numbers: int) -> list[asyncio.Task[int]]:
    tasks = [asyncio.create_task(lots.add(number)) for number in numbers]
    await asyncio.sleep(0)
    return tasks


async def test_what_comes_meanwhile_is_the_next_lot() -> None:
    desk = Desk()
    lots = Lots(desk.carry_out, most=3)
    tasks = await begun(lots, 2, 4, 6, 8, 10)
    desk.let()
    assert await asyncio.gather(*tasks) == [20, 40, 60, 80, 100]
    assert desk.lots == [[2], [4, 6, 8], [10]]
    assert await lots.add(12) == 120


async def test_one_that_is_refused_takes_no_other_with_it() -> None:
    desk = Desk()
    tasks = await begun(Lots(desk.carry_out), 2, 3, 4)
    desk.let()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert (done[0], type(done[1]), done[2]) == (20, NotFound, 40)


async def test_a_lot_that_fails_is_carried_out_one_by_one() -> None:
    desk = Desk()
    tasks = await begun(Lots(desk.carry_out), 2, 4, 13, 6)
    desk.let()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert ([*done[:2], done[3]], type(done[2])) == ([20, 40, 60], OSError)
    assert desk.lots == [[2], [4, 13, 6], [4], [13], [6]]


async def test_who_leaves_the_queue_is_not_carried_out() -> None:
    desk = Desk()
    lots = Lots(desk.carry_out)
    tasks = await begun(lots, 2, 4, 6)
    tasks[1].cancel()
    await asyncio.sleep(0)
    desk.let()
    assert (await tasks[0], await tasks[2]) == (20, 60)
    assert desk.lots == [[2], [6]]


async def test_who_waits_goes_on_when_the_first_is_cancelled() -> None:
    desk = Desk()
    lots = Lots(desk.carry_out)
    tasks = await begun(lots, 2, 4, 6)
    tasks[0].cancel()
    desk.let()
    assert (await tasks[1], await tasks[2]) == (40, 60)
    assert desk.lots == [[2], [4, 6]]


async def test_those_whose_lot_was_broken_off_are_told_that_it_is_not_known() -> None:
    desk = Desk()
    lots = Lots(desk.carry_out)
    tasks = await begun(lots, 2, 4, 6)
    desk.let(1)
    await tasks[0]
    for _ in range(3):  # until the next has begun
        await asyncio.sleep(0)
    assert desk.lots == [[2], [4, 6]]
    tasks[1].cancel()  # who carries [4, 6] out
    with pytest.raises(Unavailable):
        await tasks[2]
    desk.let()
    assert await lots.add(8) == 80

"""Bars of reading: one household, fifty people of a village, and what row-level security costs."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from bench import asking, bare
from bench.ground import Register, connect
from bench.pairs import Pairs, interleaved
from bench.places import PROVINCE
from bench.recording import Recorded, Step, reading_only, record
from bench.results import Bar, Result
from bench.run import Run

POINT = Bar("read_point", "req/s", 0.12)
LIST = Bar("read_list", "req/s", 0.35)
SECURITY = Bar("row_security", "req/s", 0.85)
SECURITY_POINT = Bar("row_security_point", "req/s", None)
SECURITY_LIST = Bar("row_security_list", "req/s", None)
GROWTH_POINT = Bar("growth_read_point", "req/s", 0.7)
GROWTH_LIST = Bar("growth_read_list", "req/s", 0.7)
CONNECTIONS = 16
SUBJECTS = 2_000
HOUSEHOLD = "/api/v1/registry/households/{}"
PEOPLE = "/api/v1/registry/people?within={}&limit=50"
FILES_NOW = (
    "select h.id, h.household_no, h.registered_on, h.opened_on, h.closed_on, h.closing, h.split_from, h.merged_into,"
    " h.village_code, h.version, v.status, v.village_code as stated_village_code, v.content from households as h"
    " join household_versions as v on v.household_id = h.id and v.version = h.version"
)
"""What the view `household_files_now` reads, without its range."""


@dataclass(frozen=True, slots=True)
class Read:
    """One kind of read in one register: the path, and the households or villages it is asked of by turns."""

    register: Register
    path: str
    subjects: Sequence[str]
    recorded: Recorded

    def requests(self, token: Callable[[], str] | None = None) -> Callable[[], bytes]:
        """Makes requests of an officer of the province for one subject after another, in no order.

        They carry the register's inner token, or the one that `token` gives.
        """
        draw, sign = random.Random(self.path), token or (lambda: self.register.token(PROVINCE))

        def request() -> bytes:
            return asking.get(self.path.format(draw.choice(self.subjects)), sign())

        return request

    def steps(self) -> Callable[[], Sequence[Step]]:
        """Makes the statements of such requests."""
        draw, first = random.Random(self.path), self.subjects[0]
        prepared = [self.recorded.about(first, subject) for subject in self.subjects]
        return lambda: draw.choice(prepared)


async def households(register: Register) -> Read:
    """Reads of one household with its members."""
    subjects = await _column(register, "select id::text from households order by md5(id::text) limit $1")
    return Read(register, HOUSEHOLD, subjects, await record(register, PROVINCE, "GET", HOUSEHOLD.format(subjects[0])))


async def villages(register: Register) -> Read:
    """Reads of the first fifty people of a village that has as many."""
    subjects = await _column(
        register,
        "select village_code from household_members where active group by 1 having count(*) >= 50"
        " order by md5(village_code) limit $1",
    )
    return Read(register, PEOPLE, subjects, await record(register, PROVINCE, "GET", PEOPLE.format(subjects[0])))


async def _column(register: Register, query: str) -> list[str]:
    connection = await connect(register.admin_dsn)
    try:
        return [row[0] for row in await connection.fetch(query, SUBJECTS)]
    finally:
        await connection.close()


async def measure(run: Run) -> list[Result]:
    """Reads at the service beside a bare loop, and beside a register of a tenth of the people."""
    point, people = await households(run.whole), await villages(run.whole)
    secured = [await _security(run, point), await _security(run, people)]
    return [
        Result(POINT, await _beside_bare(run, point, None)),
        Result(LIST, await _beside_bare(run, people, encoded)),
        Result(GROWTH_POINT, await _growth(run, point, await households(run.tenth))),
        Result(GROWTH_LIST, await _growth(run, people, await villages(run.tenth))),
        Result(SECURITY, min(secured, key=lambda pairs: pairs.ratio)),
        Result(SECURITY_POINT, secured[0]),
        Result(SECURITY_LIST, secured[1]),
    ]


def encoded(rows: Sequence[Any]) -> bytes:
    """Rows as JSON."""
    return orjson.dumps([dict(row) for row in rows], default=str)


async def _at_service(run: Run, read: Read) -> float:
    port = read.register.service.port
    return (await asking.load(port, CONNECTIONS, read.requests(), run.size.seconds)).per_second


async def _beside_bare(run: Run, read: Read, encode: bare.Encode | None) -> Pairs:
    """The service beside a bare loop of its own statements, trail included, over a pool of its size."""
    steps = read.steps()
    async with bare.pool(read.register.app_dsn, read.register.settings().pool_size, read.recorded.settings) as opened:
        return await interleaved(
            run.size.pairs,
            lambda _: _at_service(run, read),
            lambda _: bare.load(opened, CONNECTIONS, steps, run.size.seconds, encode),
        )


async def _growth(run: Run, whole: Read, tenth: Read) -> Pairs:
    return await interleaved(run.size.pairs, lambda _: _at_service(run, whole), lambda _: _at_service(run, tenth))


async def _security(run: Run, read: Read) -> Pairs:
    """What is read, as the app role behind its policies, beside the same statements as one whom no policy holds.

    They have their scope in the WHERE clause both times; the trail is left out, so that nothing is hidden behind the
    wait for a disk.
    """
    draw, first = random.Random(read.path), read.subjects[0]
    prepared = [reading_only(read.recorded.about(first, subject)) for subject in read.subjects]
    unfenced = [[_unfenced(step) for step in steps] for steps in prepared]
    size = read.register.settings().pool_size

    async def side(opened: Any, asked: Sequence[Sequence[Step]]) -> float:
        return await bare.load(opened, size, lambda: draw.choice(asked), run.size.seconds)

    kept = read.recorded.settings
    dsns = read.register.app_dsn, read.register.admin_dsn
    async with bare.pool(dsns[0], size, kept) as fenced, bare.pool(dsns[1], size, kept) as free:
        return await interleaved(run.size.pairs, lambda _: side(fenced, prepared), lambda _: side(free, unfenced))


def _unfenced(step: Step) -> Step:
    """A view with a range of its own is read from its tables by whom nothing holds."""
    return Step(step.statement.replace("household_files_now", f"({FILES_NOW}) as one"), step.parameters)

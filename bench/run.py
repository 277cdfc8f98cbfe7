"""One run: its size, its province, its people, and the registers they are in."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from bench.families import HEADERS
from bench.ground import Ground, Register, connect
from bench.places import Province
from bench.population import LARGEST_HOUSEHOLD, PEOPLE_AT_MOST, Population, Sheet
from bench.sending import send_in
from bench.sheets import csv_bytes
from bench.sizes import Size
from deploy.local.progress import Reporter
from services.registry.domain.division_lists import ListFacts
from services.registry.operations.division_loads import load_country
from shared.chassis import clock

TENTH = 10
SPARE_COUNTIES = 12
"""Empty counties for the loads that need one."""


@dataclass(slots=True)
class Run:
    """What every group of bars works with. `whole` holds the size's people, `tenth` a tenth of them."""

    ground: Ground
    size: Size
    reporter: Reporter
    province: Province
    population: Population
    whole: Register
    tenth: Register
    idle_mib: float = 0.0
    books: Any = None
    """A province's books, once a group has asked for them (`progress_ground.books`)."""
    loaded: list[Sheet] = field(default_factory=list)
    """The sheets the whole register was filled with, by county."""
    _sheets: Any = field(default_factory=count)
    _spare: Any = field(default_factory=count)

    @classmethod
    async def prepared(cls, ground: Ground, size: Size, reporter: Reporter) -> Run:
        """Two registers with the province's divisions and nobody in them."""
        spare = SPARE_COUNTIES
        province = Province(size.counties, spare, size.townships_per_county, size.villages_per_county)
        whole, tenth = await ground.register("whole"), await ground.register("tenth")
        return cls(ground, size, reporter, province, Population(clock.office_today()), whole, tenth)

    async def divide(self) -> None:
        """Load the province's divisions into both registers."""
        path = self.ground.folder / "province.csv.gz"
        self.province.write(path)
        facts = ListFacts(clock.office_today().replace(year=2014, day=1), "made up for measuring")
        for register in (self.whole, self.tenth):
            await load_country(register.app_dsn, Path(path), facts=facts)

    def villages(self, county: int, share: float = 1.0) -> tuple[str, ...]:
        """The villages of a county, or so many of them as hold a share of its people."""
        villages = self.province.villages(county)
        return tuple(villages[: max(1, round(len(villages) * share))])

    def sheet(self, county: int, rows: int, share: float = 1.0) -> Sheet:
        """A sheet of people nobody has seen before, all over a county."""
        return Sheet(next(self._sheets), self.villages(county, share), rows)

    def empty_county(self) -> int:
        """A county nobody lives in yet."""
        return self.size.counties + int(next(self._spare))

    async def csv(self, *sheets: Sheet, headers: Sequence[str] = HEADERS) -> bytes:
        """The sheets as one csv file, made beside whatever the services do."""
        rows = (row for one in sheets for row in self.population.rows(one))
        return await asyncio.to_thread(csv_bytes, rows, headers)

    async def fill(self, register: Register, counties: int, people: int, title: str) -> None:
        """Load counties through the register's own import, one csv file per county; the next is made meanwhile."""
        rows = people // counties
        share = min(1.0, rows / self.size.people_per_county)
        sheets = [self.sheet(county, rows, share) for county in range(counties)]
        if register is self.whole:
            self.loaded = sheets
        waiting = asyncio.create_task(self.csv(sheets[0]))
        with self.reporter.steps(title, people) as steps:
            for county in range(counties):
                content = await waiting
                if county + 1 < counties:
                    waiting = asyncio.create_task(self.csv(sheets[county + 1]))
                done = await send_in(register, self.province.county(county), content)
                steps.advance(done.rows)
        await self.settle(register)

    async def settle(self, register: Register) -> None:
        """What the server does by itself after a while: figures for the planner, pending index entries put away."""
        connection = await connect(register.admin_dsn)
        try:
            await connection.execute("vacuum analyze")
        finally:
            await connection.close()

    def large_sheet(self, rows: int) -> list[Sheet]:
        """One file of nearly so many people, never more, county after county: a part ends with a whole household."""
        sheets, county = [], 0
        while rows > 0:
            part = min(rows, PEOPLE_AT_MOST // 2)
            sheets.append(self.sheet(county % self.size.counties, max(1, part - LARGEST_HOUSEHOLD)))
            rows, county = rows - part, county + 1
        return sheets

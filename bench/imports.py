"""Bars of the import: people sheets through the service, beside what PostgreSQL or a parser alone would do."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.ground import Register, connect
from bench.memory import Watch
from bench.pairs import Pairs, against, interleaved
from bench.places import PROVINCE
from bench.results import Bar, Result
from bench.run import Run
from bench.sending import send_in
from bench.sheets import write_xlsx
from services.registry.domain.workbook_columns import HEADERS as SHORT_FORM

CSV = Bar("import_csv", "people/s", 0.05)
XLSX = Bar("import_xlsx", "people/s", 0.20)
FIRST_LOAD = Bar("import_first_load", "people/s", 0.20)
MEMORY = Bar("import_memory", "MiB", 512, higher_is_better=False)
GROWTH = Bar("growth_import_csv", "people/s", 0.7)


class RawTable:
    """A table of text columns without any index, in a database of its own: what COPY alone can do."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @classmethod
    async def made(cls, dsn: str, columns: int) -> RawTable:
        connection = await connect(dsn)
        names = ", ".join(f"c{column} text" for column in range(columns))
        await connection.execute(f"create table people ({names})")
        return cls(connection)

    async def rows_per_second(self, content: bytes) -> float:
        """Copy a csv file into the empty table, durably."""
        await self._connection.execute("truncate people")
        began = time.perf_counter()
        source = io.BytesIO(content)
        done: str = await self._connection.copy_to_table("people", source=source, format="csv", header=True)
        return int(done.rsplit(" ", 1)[1]) / (time.perf_counter() - began)

    async def close(self) -> None:
        await self._connection.close()


async def memory(run: Run) -> list[Result]:
    """Memory of the service and its workers while one sheet of very many people is imported into a filled register.

    It has the columns of the template's short form: with all of them a million rows are more than an upload may hold.
    """
    content = await run.csv(*run.large_sheet(run.size.memory_rows), headers=SHORT_FORM)
    with Watch(run.whole.service.pid or 0) as watch:
        await send_in(run.whole, PROVINCE, content)
    return [Result(MEMORY, against(1.0, watch.peak - run.idle_mib))]


async def measure(run: Run) -> list[Result]:
    """Import by csv and xlsx into filled counties, csv into empty ones, and growth."""
    columns = len((await run.csv(run.sheet(0, 1))).split(b"\n", 1)[0].split(b","))
    raw = await RawTable.made(await run.ground.empty("raw"), columns)
    try:
        first = await _beside_copy(run, raw, run.empty_county)
        filled = await _beside_copy(run, raw, lambda: 0)
    finally:
        await raw.close()
    return [Result(FIRST_LOAD, first), Result(CSV, filled), Result(XLSX, await _xlsx(run)), await growth(run)]


async def _beside_copy(run: Run, raw: RawTable, county: Callable[[], int]) -> Pairs:
    sheets = _Sheets(run, county)

    async def imported(number: int) -> float:
        area, content = await sheets.of(number)
        return (await send_in(run.whole, area, content)).rows_per_second

    async def copied(number: int) -> float:
        _, content = await sheets.of(number)
        return await raw.rows_per_second(content)

    return await interleaved(run.size.pairs, imported, copied)


class _Sheets:
    """One county and one csv file for both sides of a pair."""

    def __init__(self, run: Run, county: Callable[[], int]) -> None:
        self._run, self._county = run, county
        self._made: tuple[int, str, bytes] = (-1, "", b"")

    async def of(self, number: int) -> tuple[str, bytes]:
        """The county's code and the file."""
        if self._made[0] != number:
            county = self._county()
            content = await self._run.csv(self._run.sheet(county, self._run.size.import_rows))
            self._made = (number, self._run.province.county(county), content)
        return self._made[1:]


async def _xlsx(run: Run) -> Pairs:
    paths: dict[int, Path] = {}

    async def path_of(number: int) -> Path:
        if number not in paths:
            paths[number] = run.ground.folder / f"people{number}.xlsx"
            sheet = run.sheet(0, run.size.xlsx_rows)
            await asyncio.to_thread(write_xlsx, paths[number], run.population.rows(sheet))
        return paths[number]

    async def imported(number: int) -> float:
        content = (await path_of(number)).read_bytes()
        return (await send_in(run.whole, run.province.county(0), content, "people.xlsx")).rows_per_second

    async def parsed(number: int) -> float:
        return await asyncio.to_thread(_parse, await path_of(number))

    return await interleaved(run.size.pairs, imported, parsed)


def _parse(path: Path) -> float:
    """Rows per second of fastexcel, cells as text, into columns."""
    import fastexcel

    began = time.perf_counter()
    frame = fastexcel.read_excel(path).load_sheet(0, dtypes="string").to_polars()
    return int(frame.height) / (time.perf_counter() - began)


async def growth(run: Run) -> Result:
    """The same import into the whole register and into the tenth."""

    async def into(register: Register) -> float:
        sheet = run.sheet(0, run.size.xlsx_rows)
        return (await send_in(register, run.province.county(0), await run.csv(sheet))).rows_per_second

    pairs = await interleaved(run.size.pairs, lambda _: into(run.whole), lambda _: into(run.tenth))
    return Result(GROWTH, pairs)

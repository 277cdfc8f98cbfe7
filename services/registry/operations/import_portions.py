"""Keeping prepared portions of an import: good rows as they come, all of them or nothing, or nothing but the report.

Each portion is held against the whole register set by set before it is moved in; reasons and progress become durable
with the portion they belong to.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.register_years import closed_year_of, county_of
from services.registry.domain.workbooks import (
    NATIONAL_TAKEN,
    NO_NATURAL_VILLAGE,
    OTHER_ROW,
    TAKEN,
    VILLAGE_GONE,
    YEAR_CLOSED,
)
from services.registry.operations import import_differences
from services.registry.operations.import_chunks import Chunk
from services.registry.storage import divisions, register_years
from services.registry.storage import import_staging as staging
from services.registry.storage import imports as storage

if TYPE_CHECKING:
    from services.registry.operations.import_runs import Run


class NothingKept(Exception):
    """Ends the one transaction of an import of all or nothing without keeping it."""


class _Kept:
    """What all keepers do with a portion."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.refused = self.households_ok = self.people_ok = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: object, error: object, trace: object) -> bool | None:
        return None

    @asynccontextmanager
    async def last_session(self) -> AsyncIterator[AsyncSession]:
        async with self._run.database.session(areas=self._run.actor.scope) as session:
            yield session

    async def _staged(self, session: AsyncSession, chunk: Chunk) -> dict[int, str]:
        """Stage a portion without what is refused. A reason by refused row."""
        await staging.stage(session, chunk.columns, chunk.copies)
        return await self._refused(session, chunk)

    async def _refused(self, session: AsyncSession, chunk: Chunk) -> dict[int, str]:
        """Take out of what is staged what the register refuses. A reason by refused row."""
        await staging.drop_done(session, self._run.import_id)
        taken, numbered = await taken_people(session), await self._numbered(session)
        astray, closed = await staging.unknown_natural_villages(session), await in_closed_years(session)
        gone = await in_closed_villages(session)
        refused = list(dict.fromkeys([*taken, *numbered, *astray, *gone, *closed]))
        reasons = dict(chunk.reasons)
        for household, rows in (await staging.rows_of(session, refused)).items():
            told = dict.fromkeys(taken.get(household, ()), TAKEN)
            for reason, broken in (
                (NATIONAL_TAKEN, numbered), (NO_NATURAL_VILLAGE, astray), (VILLAGE_GONE, gone), (YEAR_CLOSED, closed),
            ):  # fmt: skip
                if household in broken:
                    told[rows[0]] = f"{reason};{told[rows[0]]}" if rows[0] in told else reason
            reasons |= {row: told.get(row, OTHER_ROW) for row in rows}
        await staging.forget(session, refused)
        return reasons

    async def _numbered(self, session: AsyncSession) -> set[UUID]:
        """Staged households whose national number is borne already, or doubled in the sheet."""
        return await staging.taken_numbers(session)

    async def _note(self, session: AsyncSession, chunk: Chunk, reasons: dict[int, str]) -> None:
        """Keep reasons and progress, and lengthen the lease."""
        row = await self._run.held(session)
        await storage.keep_reasons(session, self._run.import_id, reasons)
        good = [rows for rows in chunk.places if rows[0] not in reasons]
        row.rows_done += chunk.rows
        row.rows_refused += len(reasons)
        row.households_ok += len(good)
        row.people_ok += sum(map(len, good))
        self.refused += len(reasons)
        self.households_ok, self.people_ok = row.households_ok, row.people_ok


async def taken_people(session: AsyncSession) -> dict[UUID, list[int]]:
    """Staged households with people who are on a file already, anywhere; without saying where."""
    return await staging.taken_people(session)


async def in_closed_villages(session: AsyncSession) -> set[UUID]:
    """Staged households of a village that was closed since the sheet was read. The others' stay open until they are
    in."""
    opened = await staging.opened(session)
    held = await divisions.hold_parents(session, {village for _, village, _ in opened})
    return {one for one, village, _ in opened if not held.get(village)}


async def in_closed_years(session: AsyncSession) -> set[UUID]:
    """Staged households that would be opened on a day of a closed year of their county."""
    opened = await staging.opened(session)
    closed = await register_years.await_closed_of(session, sorted({county_of(village) for _, village, _ in opened}))
    return {one for one, village, day in opened if closed_year_of(day, closed[county_of(village)]) is not None}


class GoodRows(_Kept):
    """Every portion in a transaction of its own."""

    async def keep(self, chunk: Chunk) -> None:
        try:
            await self._keep(chunk)
        except staging.Raced:
            # Somebody registered one of these people since they were looked up: look again, then take the rest.
            await self._keep(chunk)

    async def _keep(self, chunk: Chunk) -> None:
        async with self._run.database.session(areas=self._run.actor.scope) as session:
            await self._run.held(session)
            reasons = await self._staged(session, chunk)
            await staging.move_in(session, chunk.columns)
            await self._note(session, chunk, reasons)


class _Judging(_Kept):
    """Of portions that are judged and not moved in the national numbers are kept in mind: else a number doubled in
    another portion would not be seen, which a run that keeps its portions finds in the register."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._numbers: set[str] = set()

    async def _numbered(self, session: AsyncSession) -> set[UUID]:
        stated = await staging.national_numbers(session)
        again = {household for household, number in stated.items() if number in self._numbers}
        return again | await staging.taken_numbers(session)

    async def _refused(self, session: AsyncSession, chunk: Chunk) -> dict[int, str]:
        reasons = await super()._refused(session, chunk)
        self._numbers.update((await staging.national_numbers(session)).values())
        return reasons


class AllOrNothing(_Judging):
    """All portions in one transaction; after the first refused row the rest is only judged, and nothing is kept."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._stack = AsyncExitStack()
        self._session: AsyncSession | None = None
        self._nothing = False

    async def __aenter__(self) -> Self:
        opened = self._run.database.session(areas=self._run.actor.scope)
        self._session = await self._stack.enter_async_context(opened)
        await staging.allow_long(self._session)
        return self

    async def __aexit__(self, kind: object, error: object, trace: object) -> bool | None:
        session, self._session = self._session, None
        if session is not None:
            await session.rollback()
        await self._stack.aclose()
        return None

    async def keep(self, chunk: Chunk) -> None:
        assert self._session is not None
        reasons = await self._staged(self._session, chunk)
        self._nothing = self._nothing or bool(reasons)
        if not self._nothing:
            await staging.move_in(self._session, chunk.columns)
        async with self._run.database.session() as session:
            await self._note(session, chunk, reasons)

    @asynccontextmanager
    async def last_session(self) -> AsyncIterator[AsyncSession]:
        session = self._session
        assert session is not None
        if self._nothing:
            self.households_ok = self.people_ok = 0
            async with super().last_session() as other:
                yield other
            return
        yield session
        self._session = None


class OnlyReport(_Judging):
    """A dry run: what would be refused, and how the rest differs from files already there. Nothing is moved in."""

    async def keep(self, chunk: Chunk) -> None:
        async with self._run.database.session(areas=self._run.actor.scope) as session:
            await self._run.held(session)
            await staging.stage(session, chunk.columns, chunk.copies)
            known = await import_differences.of_staged(session, self._run.actor, self._run.seals)
            reasons = await self._refused(session, chunk)
            for one in known:
                if one.row in reasons:
                    reasons[one.row] += f"(户 {one.household_no})"
            new = [rows[0] for rows in chunk.places if rows[0] not in reasons]
            found = [*known, *(import_differences.Difference(row, "new") for row in new)]
            await storage.keep_differences(session, [one.columns(self._run.import_id) for one in found])
            await self._note(session, chunk, reasons)


Keeper = GoodRows | AllOrNothing | OnlyReport


def keeper(run: Run) -> GoodRows | AllOrNothing | OnlyReport:
    """Who keeps the portions of this run."""
    if run.dry_run:
        return OnlyReport(run)
    return AllOrNothing(run) if run.mode == "all_or_nothing" else GoodRows(run)

"""Services and PostgreSQL killed under load: what was acknowledged is there, once; what was refused is not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from torture.load import Book
from torture.run import Orders, torture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """PostgreSQL runs as a user of its own, who must be able to get here."""
    for one in (tmp_path, *tmp_path.parents[:3]):
        if one.stat().st_uid == Path("/proc/self").stat().st_uid and one.name.startswith(("pytest-", "test_")):
            one.chmod(0o755)
    return tmp_path


async def test_twenty_kills_lose_nothing_and_double_nothing(folder: Path) -> None:
    kills = 20
    report = await torture(folder, Orders(operations=15 * kills, kills=kills, seed=20251231))
    print(*report.lines(), sep="\n")
    assert report.clean, report.lines()
    assert sum(report.kills.values()) == kills
    assert report.verdict.acknowledged > 2 * kills


async def test_the_count_sees_what_is_acknowledged_before_it_is_durable(folder: Path) -> None:
    """Control: with synchronous_commit off a killed PostgreSQL forgets what clients were told."""
    orders = Orders(operations=60, kills=5, seed=7, targets=("database",), durable_commits=False)
    report = await torture(folder, orders)
    assert report.verdict.lost > 0, report.lines()


async def test_a_run_that_is_ended_early_compares_what_was_done_till_then(folder: Path) -> None:
    book = Book()
    orders = Orders(operations=1_000_000, kills=1_000, seed=11)
    running = asyncio.create_task(torture(folder, orders, book=book))
    await book.grown_to(20)
    book.close()
    report = await running
    assert report.clean, report.lines()
    assert 20 <= report.verdict.tried < 1_000
    assert any(line.startswith("ended early") for line in report.lines())

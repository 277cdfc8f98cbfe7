"""What a long start shows: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

LINE_EVERY_S = 2.0


class Reporter:
    """Tells one person how far a list of steps has come."""

    def __init__(self) -> None:
        self._terminal = sys.stdout.isatty()
        self._console = Console()
        self._began = time.monotonic()

    def say(self, line: str) -> None:
        """One plain line, with the seconds since the start."""
        text = f"[{time.monotonic() - self._began:6.1f}s] {line}"
        if self._terminal:
            self._console.print(text, markup=False, highlight=False)
        else:
            print(text, flush=True)

    @contextmanager
    def steps(self, title: str, total: int) -> Iterator[Steps]:
        """A bar of `total` steps; use the yielded object to advance it."""
        if self._terminal:
            columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            with Progress(*columns, console=self._console) as bar:
                yield _Bar(bar, title, total)
        else:
            lines = _Lines(self, title, total)
            yield lines
            lines.close()


class Steps(Protocol):
    """Something that can be advanced."""

    def advance(self, steps: int = 1) -> None: ...


class _Bar:
    def __init__(self, bar: Progress, title: str, total: int) -> None:
        self._bar = bar
        self._task = bar.add_task(title, total=total)

    def advance(self, steps: int = 1) -> None:
        self._bar.advance(self._task, steps)


class _Lines:
    def __init__(self, reporter: Reporter, title: str, total: int) -> None:
        self._reporter, self._title, self._total = reporter, title, total
        self._done = 0
        self._last = time.monotonic()

    def advance(self, steps: int = 1) -> None:
        self._done += steps
        if time.monotonic() - self._last >= LINE_EVERY_S:
            self._last = time.monotonic()
            self._reporter.say(f"{self._title}: {self._done}/{self._total}")

    def close(self) -> None:
        self._reporter.say(f"{self._title}: {self._done}/{self._total}")

"""Memory of a service and all its workers while something goes on."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.ground import descendants

EVERY_S = 0.1


def resident_mib(pid: int) -> float:
    """Resident memory of a process and everything below it, shared pages counted once (PSS), in MiB."""
    return sum(_proportional_kib(one) for one in descendants(pid)) / 1024


def _proportional_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0  # it has ended meanwhile
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


class Watch:
    """Samples the memory of a process tree in a thread; `peak` is the highest sample in MiB."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self.peak = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.wait(EVERY_S):
            self.peak = max(self.peak, resident_mib(self._pid))

"""Counters in the text format of Prometheus, for the inside only. Labels are words of the code, never data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
Sample = tuple[tuple[str, ...], float]


class Counter:
    """A number per set of labels that only grows, unless `kind` is gauge."""

    def __init__(self, name: str, meaning: str, *labels: str, kind: str = "counter") -> None:
        self.name, self.meaning, self.labels, self.kind = name, meaning, labels, kind
        self._values: dict[tuple[str, ...], float] = {}
        _ALL[name] = self

    def add(self, *labels: str, by: float = 1.0) -> None:
        self._values[labels] = self._values.get(labels, 0.0) + by

    def value(self, *labels: str) -> float:
        return self._values.get(labels, 0.0)

    def samples(self) -> Iterable[Sample]:
        return sorted(self._values.items())


class Gauge(Counter):
    """Numbers read when they are asked for."""

    def __init__(self, name: str, meaning: str, *labels: str) -> None:
        super().__init__(name, meaning, *labels, kind="gauge")
        self._read: Callable[[], Iterable[Sample]] = tuple

    def reads(self, read: Callable[[], Iterable[Sample]]) -> None:
        """Say where its numbers come from."""
        self._read = read

    def samples(self) -> Iterable[Sample]:
        return sorted(self._read())


_ALL: dict[str, Counter] = {}

REQUESTS = Counter("lika_requests_total", "Requests answered, by method and status", "method", "status")
SECONDS = Counter("lika_request_seconds_total", "Seconds from a request's head to the end of its answer", "method")


def text() -> str:
    """All counters of this process."""
    lines: list[str] = []
    for counter in _ALL.values():
        lines += [f"# HELP {counter.name} {counter.meaning}", f"# TYPE {counter.name} {counter.kind}"]
        for labels, value in counter.samples():
            named = ",".join(f'{name}="{text}"' for name, text in zip(counter.labels, labels, strict=True))
            lines.append(f"{counter.name}{{{named}}} {value:g}" if named else f"{counter.name} {value:g}")
    return "\n".join(lines) + "\n"

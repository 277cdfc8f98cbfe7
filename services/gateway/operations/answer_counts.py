"""How many answers came from which service with which status: counted by every request, rendered when asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector


class AnswerCounts(Collector):
    """Plain numbers; Prometheus' own counter takes a lock and three calls for each."""

    def __init__(self) -> None:
        self._counts: defaultdict[tuple[str, int], int] = defaultdict(int)

    def count(self, service: str, status: int) -> None:
        self._counts[service, status] += 1

    def collect(self) -> Iterator[CounterMetricFamily]:
        """The numbers so far."""
        family = CounterMetricFamily(
            "lika_gateway_answers", "Answers by whom they came from", labels=["service", "status"]
        )
        for (service, status), times in self._counts.items():
            family.add_metric([service, str(status)], times)
        yield family


def registered() -> AnswerCounts:
    """Numbers of this process, told with all others."""
    counts = AnswerCounts()
    REGISTRY.register(counts)
    return counts

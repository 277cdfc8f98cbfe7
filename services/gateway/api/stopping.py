"""Stopping without losing a request: first not ready, then no new connections, then the end of what still runs."""

from __future__ import annotations

import time

import uvicorn

from services.gateway.operations.draining import DRAINING
from shared.chassis.serving import SettledServer


class DrainingServer(SettledServer):
    """A server which says that it is about to stop for `wait_s` before it does.

    From the signal on `/readyz` is 503, every answer closes its connection and event streams end. Then listening
    stops; what still runs has `timeout_graceful_shutdown` seconds. A second signal waits for nothing.
    """

    def __init__(self, config: uvicorn.Config, wait_s: float) -> None:
        super().__init__(config)
        self._wait_s = wait_s
        self._stop_at: float | None = None

    async def on_tick(self, counter: int) -> bool:
        stop = await super().on_tick(counter)
        if not stop:
            return False
        now = time.monotonic()
        if self._stop_at is None:
            DRAINING.begin()
            self._stop_at = now + self._wait_s
        return self.force_exit or len(self._captured_signals) > 1 or now >= self._stop_at

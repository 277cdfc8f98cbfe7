"""The office's clock in a test, for what only counts on the day it is done."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from shared.chassis import clock


def stand(monkeypatch: pytest.MonkeyPatch, today: str) -> None:
    """The clock stands at noon of the day, until the context of `monkeypatch` is over."""
    monkeypatch.setattr(clock, "now", lambda: datetime.combine(date.fromisoformat(today), time(4), UTC))

"""The calendar of working days, as funds keeps it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from pydantic import ValidationError

from shared.chassis import log
from shared.chassis.identity import GATEWAY, service_actor
from shared.chassis.peers import Peer
from shared.refusals import Refusal
from shared.schemas.funds_calendars import CalendarDays

REMEMBERED_S = 3_600.0
ASKED_AGAIN_S = 30.0


class WorkingDays:
    """Remembers the calendar for an hour. Intake never waits for funds: without it, Monday to Friday count."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[float, Mapping[date, bool]]] = {}

    async def around(self, funds: Peer, day: date) -> Mapping[date, bool]:
        """The days of this year and the next on which offices work or rest against their weekday."""
        return {**await self._year(funds, day.year), **await self._year(funds, day.year + 1)}

    async def _year(self, funds: Peer, year: int) -> Mapping[date, bool]:
        until, days = self._known.get(year, (0.0, {}))
        now = time.monotonic()
        if now >= until:
            found = await _asked(funds, year)
            days = days if found is None else found
            self._known[year] = (now + (ASKED_AGAIN_S if found is None else REMEMBERED_S), days)
        return days


async def _asked(funds: Peer, year: int) -> Mapping[date, bool] | None:
    who = replace(service_actor(GATEWAY), permissions=frozenset({"parameter.read"}), scope=("00",))
    try:
        answer = await funds.get(who, "/api/v1/funds/calendar-days", {"year": year})
    except Refusal as refusal:
        log.logger().warning("calendar_unknown", year=year, code=refusal.code)
        return None
    try:
        rows = CalendarDays.model_validate_json(answer.content if answer.status_code == 200 else b"").items
    except ValidationError:
        log.logger().warning("calendar_unknown", year=year, status=answer.status_code)
        return None
    return {row.day: row.working for row in rows}

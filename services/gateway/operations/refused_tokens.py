"""Access tokens that were refused: counted at once, and noted in the sign-in trail together every few seconds.

A row for each would let anybody fill the trail; a row for each reason and address says as much.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import Counter

from services.gateway.storage import accounts
from services.gateway.storage.tables import SignIn
from shared.chassis import clock, log, trace
from shared.chassis.database import Database

EVERY_S = 2.0
MOST = 500
"""Different notes kept in between; what goes beyond stands without its address."""
REFUSED = Counter("lika_gateway_refused_tokens_total", "Access tokens refused, by reason", ["reason"])
GRANT = "access_token"


@dataclass(slots=True)
class Note:
    """The same thing seen some times."""

    at: datetime
    trace_id: str
    times: int = 1


class RefusedTokens:
    """Collects refusals and writes them down."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._notes: dict[tuple[str, str, str], Note] = {}

    def note(self, reason: str, peer: str, account: str = "") -> None:
        """A token from an address was refused; `account` only when we had signed it."""
        REFUSED.labels(reason).inc()
        key = (reason, peer, account)
        if key not in self._notes and len(self._notes) >= MOST:
            key = (reason, "", "")
        found = self._notes.get(key)
        if found is None:
            self._notes[key] = Note(clock.now(), trace.trace_id())
        else:
            found.times += 1

    async def write(self) -> None:
        """Put what was collected into the trail, each with the office of its account."""
        notes, self._notes = self._notes, {}
        if not notes:
            return
        async with self._database.session() as session:
            for (reason, peer, account_id), note in notes.items():
                row = await accounts.get_own(session, account_id) if account_id else None
                session.add(
                    SignIn(
                        at=note.at,
                        grant=GRANT,
                        outcome=f"token_{reason}",
                        account_id="" if row is None else account_id,
                        username="" if row is None else row[0].username,
                        office_code="" if row is None else row[1].code,
                        division_code="" if row is None else row[1].division_code,
                        peer=peer,
                        trace_id=note.trace_id,
                        times=note.times,
                    )
                )

    async def write_forever(self) -> None:
        """Until cancelled, and once more then."""
        try:
            while True:
                await asyncio.sleep(EVERY_S)
                try:
                    await self.write()
                except Exception as error:
                    log.logger().warning("refused_tokens_wait", kind=type(error).__name__)
        finally:
            await self.write()

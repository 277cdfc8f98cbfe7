"""Delivering webhooks: claimed under a lease, called without a transaction, marked afterwards.

Killed between the call and the mark, a delivery is made again when its lease has run out, under the same id.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from datetime import timedelta

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain import sealed_places
from services.gateway.domain import webhooks as rules
from services.gateway.operations.sealing import Seals
from services.gateway.storage import exchange, parameters
from services.gateway.storage import webhooks as storage
from services.gateway.storage.exchange_catalogue import waits
from services.gateway.storage.tables import ExchangeEvent, WebhookEndpoint
from services.gateway.storage.webhooks import Claimed
from services.gateway.upstream.webhooks import Outcome, WebhookCalls
from shared.chassis import audit, clock, log
from shared.chassis.database import Database
from shared.chassis.identity import service_actor
from shared.chassis.scope import covers

TEST_TYPE = "webhook.test"
ACTOR = service_actor("gateway")


@dataclass(frozen=True, slots=True)
class Pace:
    """How many at once, of one endpoint at once, for how long a worker holds them, how often the queue is looked at."""

    workers: int
    each: int
    lease_s: float
    pause_s: float


class WebhookWorker:
    """One worker of possibly several; what they share is the table."""

    def __init__(self, database: Database, seals: Seals, calls: WebhookCalls, pace: Pace) -> None:
        self._database = database
        self._seals = seals
        self._calls = calls
        self._pace = pace
        self._running: set[asyncio.Task[None]] = set()

    async def run_forever(self) -> None:
        """Deliver until cancelled; a failure of the database only makes it wait."""
        try:
            while True:
                try:
                    started = await self.start_due()
                except asyncio.CancelledError:
                    raise
                except Exception as error:
                    log.logger().warning("webhooks_wait", kind=type(error).__name__)
                    started = 0
                await asyncio.sleep(0.01 if started else self._pace.pause_s)
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)
            await self.close()

    async def close(self) -> None:
        await self._calls.close()

    async def start_due(self) -> int:
        """Begin as many deliveries as are due and free hands allow; returns how many."""
        free = self._pace.workers - len(self._running)
        if free <= 0:
            return 0
        async with self._database.session() as session:
            claimed = await storage.claim(session, timedelta(seconds=self._pace.lease_s), self._pace.each, free)
        for one in claimed:
            task = asyncio.create_task(self._deliver(one))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return len(claimed)

    async def deliver_due(self) -> int:
        """Deliver everything that is due now; returns how many calls were made."""
        made = 0
        while started := await self.start_due():
            made += started
            await asyncio.gather(*self._running)
        return made

    async def _deliver(self, one: Claimed) -> None:
        try:
            if one.client_shut or not await self._granted(one):
                async with self._database.session() as session:
                    await storage.settle(
                        session, one.delivery, state="dead", last_status=None, last_fault="not_granted",
                        settled_at=clock.now(),
                    )  # fmt: skip
                return
            outcome = await self._call(one)
            await self._mark(one, outcome)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            # The lease runs out and it is tried again: nothing is lost by not knowing.
            log.logger().warning("webhook_unmarked", kind=type(error).__name__)

    async def _granted(self, one: Claimed) -> bool:
        """Whether the machine may still know of this: a grant may have ended since it was queued."""
        if one.event.type == TEST_TYPE:
            return True
        async with self._database.session(read_only=True) as session:
            grants = await exchange.live(session, one.endpoint.client_id, clock.office_today(), one.event.item)
        places = [code for code in (one.event.division_code, one.event.former_division_code) if code is not None]
        return any(covers([grant.division_code], place) for grant in grants for place in places)

    async def _call(self, one: Claimed) -> Outcome:
        body = payload(one.event)
        told = rules.headers(secrets_of(self._seals, one.endpoint), one.event.id, int(time.time()), body)
        return await self._calls.post(one.endpoint.url, body, told)

    async def _mark(self, one: Claimed, outcome: Outcome) -> None:
        async with self._database.session() as session:
            endpoint = await storage.lock_endpoint(session, one.endpoint.id)
            assert endpoint is not None
            now = clock.now()
            if rules.arrived(outcome.status):
                if await storage.settle(
                    session, one.delivery, state="delivered", last_status=outcome.status, last_fault="", settled_at=now
                ):
                    endpoint.failures, endpoint.failing_since, endpoint.open_until = 0, None, None
                return
            wait = rules.wait_before(one.delivery.attempts, waits(), random.random())  # noqa: S311 - spreads load
            state = {"state": "dead", "settled_at": now} if wait is None else {"due_at": now + wait}
            held = await storage.settle(
                session, one.delivery, last_status=outcome.status, last_fault=outcome.fault, **state
            )
            if not held:
                return
            endpoint.failures += 1
            endpoint.failing_since = endpoint.failing_since or now
            rest = rules.rest_of_circuit(endpoint.failures)
            endpoint.open_until = None if rest is None else now + rest
            days = (await parameters.valid_on(session, clock.office_today()))["webhook_failing_days"]
            if outcome.status == rules.GONE:
                _disable(session, endpoint, "gone")
            elif endpoint.failing_since <= now - timedelta(days=days):
                _disable(session, endpoint, "failing")


def _disable(session: AsyncSession, endpoint: WebhookEndpoint, reason: str) -> None:
    """The notice: the endpoint says so to its machine, the audit and the log to operators."""
    if endpoint.state != "active":
        return
    endpoint.state, endpoint.state_reason = "disabled", reason
    audit.record(session, ACTOR, "webhook.disable", endpoint.id, reason=reason)
    log.logger().error("webhook_disabled", reason=reason)


def payload(event: ExchangeEvent) -> bytes:
    """A thin event: which record changed, nothing of what it says. The same bytes at every attempt."""
    return orjson.dumps({
        "type": event.type,
        "timestamp": event.at.isoformat(),
        "data": {"item": event.item, "id": event.subject, "version": event.version},
    })  # fmt: skip


def secrets_of(seals: Seals, endpoint: WebhookEndpoint) -> list[str]:
    """The secrets in force, the newest first: two while one replaces the other."""
    number = endpoint.secret_number
    found = [seals.open(endpoint.secret_sealed, sealed_places.webhook_secret(endpoint.id, number))]
    if endpoint.old_secret_sealed is not None and endpoint.old_until is not None and endpoint.old_until > clock.now():
        found.append(seals.open(endpoint.old_secret_sealed, sealed_places.webhook_secret(endpoint.id, number - 1)))
    return found

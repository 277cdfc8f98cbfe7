"""Giving a department's machine a page of records under its grant; the grant is read anew for every call."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass, replace

import orjson

from services.gateway.domain import exchange as rules
from services.gateway.domain.exchange import Grant
from services.gateway.domain.rates import Rate
from services.gateway.domain.refusals.exchange import ItemNotShared, NotGranted, TooManyCalls
from services.gateway.operations.exchange_grants import item_of
from services.gateway.operations.rights import Rights
from services.gateway.storage import exchange as storage
from services.gateway.upstream.exchange import records_of
from shared.chassis import clock
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer

COMPARISON_LISTS = "/api/v1/registry/comparison-lists"
RATES_REMEMBERED = 5_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a call says of itself."""

    fields: str | None
    within: str | None
    grant: str | None
    purpose: str | None
    cursor: str | None
    limit: int


class GrantRates:
    """How often each grant was used lately."""

    def __init__(self) -> None:
        self._rates: OrderedDict[str, Rate] = OrderedDict()

    def count(self, grant: Grant) -> None:
        """Count a call; TooManyCalls beyond the grant's rate."""
        rate = self._rates.get(grant.id)
        if rate is None or rate.per_minute != grant.rate_per_minute:
            rate = self._rates[grant.id] = Rate(grant.rate_per_minute, "grant")
        self._rates.move_to_end(grant.id)
        if len(self._rates) > RATES_REMEMBERED:
            self._rates.popitem(last=False)
        verdict = rate.take(grant.id, time.monotonic())
        if not verdict.passes:
            refusal = TooManyCalls()
            refusal.retry_after_s = max(1, verdict.reset_s)
            raise refusal


def under(actor: Actor, grant: Grant, area: str) -> Actor:
    """The actor as a service is to see it: confined to the area and bound to the purpose of the grant."""
    return replace(actor, scope=(area,), purpose=grant.purpose, permissions=frozenset())


async def read(
    database: Database, peers: dict[str, Peer], rates: GrantRates, actor: Actor, code: str, wanted: Wanted
) -> tuple[bytes, str]:
    """A page as JSON and its tag. The use is counted, for good, before a byte leaves."""
    item = item_of(code)
    if item.direction != rules.OUT:
        raise ItemNotShared()
    today = clock.office_today()
    async with database.session(read_only=True) as session:
        grants = await storage.live(session, actor.account, today, code)
    grant = rules.chosen(grants, wanted.grant, wanted.purpose or "")
    fields, area = rules.fields_of_call(grant, wanted.fields), rules.area_of_call(grant, wanted.within)
    rules.require_area(item, area)
    rates.count(grant)
    params = {"fields": ",".join(fields), "limit": wanted.limit}
    if grant.clear and item.personal_among(fields):
        params["clear"] = "true"
    if wanted.cursor is not None:
        params["cursor"] = wanted.cursor
    page = await records_of(peers[item.service], under(actor, grant, area), item.feed, params)
    async with database.session() as session:
        await storage.count_use(session, grant, today, len(page["records"]))
    body = orjson.dumps(page)
    return body, 'W/"' + hashlib.sha256(grant.id.encode() + body).hexdigest()[:32] + '"'


class Granted:
    """What a grant makes of the rights a machine asks a service with."""

    def __init__(self, database: Database, rates: GrantRates) -> None:
        self._database = database
        self._rates = rates

    async def of(self, rights: Rights, path: str) -> Rights:
        """The rights of a machine that pushes a list: those of its grant for that list, or none.

        Every other path and everybody else keeps the rights they have.
        """
        if not path.startswith(COMPARISON_LISTS) or not is_machine(rights.actor):
            return rights
        return await _under_grant(self._database, self._rates, rights, path)


async def _under_grant(database: Database, rates: GrantRates, rights: Rights, path: str) -> Rights:
    kind = path.removeprefix(COMPARISON_LISTS).strip("/").split("/", 1)[0]
    today = clock.office_today()
    async with database.session(read_only=True) as session:
        grants = await storage.live(session, rights.actor.account, today, "list-" + kind.replace("_", "-"))
    if not grants:
        raise NotGranted()
    grant = rules.chosen(grants, None, "")
    rates.count(grant)
    async with database.session() as session:
        await storage.count_use(session, grant, today, 0)
    actor = replace(rights.actor, scope=(grant.division_code,), purpose=grant.purpose)
    return replace(rights, actor=actor, tokens={})


def is_machine(actor: Actor) -> bool:
    return actor.account.startswith("client-")

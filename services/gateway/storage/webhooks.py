"""SQL of webhooks: the queue is a table, whoever delivers holds a lease on its rows and no transaction meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.storage.tables import (
    Account,
    ExchangeEvent,
    ExchangeFeed,
    WebhookDelivery,
    WebhookEndpoint,
)
from shared.chassis import clock

ORDERED = 7413
"""Advisory lock: events get their number and are committed one lot after the other, so that none comes late."""

_GRANTED = """
exists (
    select from exchange_applications a
    join exchange_decisions g on g.application_id = a.id and g.outcome = 'granted' and g.until >= :today
    left join exchange_withdrawals w on w.application_id = a.id
    where w.application_id is null and a.client_id = {client} and a.item = v.item
      and (g.division_code = '00' or starts_with(v.division_code, g.division_code)
           or starts_with(coalesce(v.former_division_code, ''), g.division_code))
)
"""
_FAN_OUT = text(f"""
insert into webhook_deliveries (endpoint_id, event_seq, subject, state, attempts, due_at, last_fault)
select e.id, v.seq, v.subject, 'waiting', 0, :now, ''
from exchange_events v join webhook_endpoints e on v.item = any(e.items) and e.state <> 'ended'
where v.seq = any(:seqs) and {_GRANTED.format(client="e.client_id")}
order by v.seq
""")  # noqa: S608 - texts of ours
_MISSED = text(f"""
select v.seq, v.id, v.type, v.item, v.subject, v.version, v.at from exchange_events v
where v.seq > :after and v.item = any(:items) and {_GRANTED.format(client=":client")}
order by v.seq limit :limit
""")  # noqa: S608 - texts of ours
_CLAIM = text("""
with due as (
    select d.id, row_number() over (partition by e.id order by d.due_at, d.id) as place,
        (select count(*) from webhook_deliveries l
         where l.endpoint_id = e.id and l.state = 'waiting' and l.leased_until >= :now) as busy
    from webhook_endpoints e
    cross join lateral (
        select w.id, w.due_at from webhook_deliveries w
        where w.endpoint_id = e.id and w.state = 'waiting' and w.due_at <= :now
          and (w.leased_until is null or w.leased_until < :now)
          and not exists (
            select from webhook_deliveries b
            where b.endpoint_id = e.id and b.subject = w.subject and b.state = 'waiting' and b.id < w.id)
        order by w.due_at, w.id limit :each
    ) d
    where e.state = 'active' and (e.open_until is null or e.open_until <= :now)
), taken as (
    select d.id from webhook_deliveries d join due on due.id = d.id
    where due.place + due.busy <= :each and d.state = 'waiting'
      and (d.leased_until is null or d.leased_until < :now)
    order by d.id limit :limit
    for update of d skip locked
)
update webhook_deliveries d set leased_until = :lease, attempts = d.attempts + 1 from taken where d.id = taken.id
returning d.id
""")


class Claimed(NamedTuple):
    """A delivery this worker holds until `lease`."""

    delivery: WebhookDelivery
    endpoint: WebhookEndpoint
    event: ExchangeEvent
    client_shut: bool


async def cursor_of(session: AsyncSession, item: str) -> str | None:
    return await session.scalar(select(ExchangeFeed.cursor).where(ExchangeFeed.item == item))


async def take_in(
    session: AsyncSession, item: str, before: str | None, after: str, events: Sequence[dict[str, Any]]
) -> bool:
    """Keep events, queue them for whoever may know, and move the feed on: all or nothing. False: another was first."""
    await session.execute(select(func.pg_advisory_xact_lock(ORDERED)))
    if await cursor_of(session, item) != before:
        return False
    feed = insert(ExchangeFeed).values(item=item, cursor=after, read_at=clock.now())
    moved = {"cursor": feed.excluded.cursor, "read_at": feed.excluded.read_at}
    await session.execute(feed.on_conflict_do_update(index_elements=["item"], set_=moved))
    if events:
        await keep(session, events)
    return True


async def keep(session: AsyncSession, events: Sequence[dict[str, Any]]) -> list[int]:
    """Insert events that are not there and queue them; the caller holds the lock of `take_in`."""
    added = insert(ExchangeEvent).values(list(events)).on_conflict_do_nothing(index_elements=["id"])
    seqs = list(await session.scalars(added.returning(ExchangeEvent.seq)))
    if seqs:
        await session.execute(_FAN_OUT, {"seqs": sorted(seqs), "now": clock.now(), "today": clock.office_today()})
    return seqs


async def add_test(session: AsyncSession, endpoint: WebhookEndpoint, event: dict[str, Any]) -> None:
    """An event that only one endpoint is told of."""
    await session.execute(select(func.pg_advisory_xact_lock(ORDERED)))
    seq = await session.scalar(insert(ExchangeEvent).values(event).returning(ExchangeEvent.seq))
    session.add(
        WebhookDelivery(
            endpoint_id=endpoint.id, event_seq=seq, subject=event["subject"], state="waiting", attempts=0,
            due_at=clock.now(), last_fault="",
        )
    )  # fmt: skip
    await session.flush()


async def missed(
    session: AsyncSession, client: str, items: Sequence[str], after: int, limit: int
) -> Sequence[Row[Any]]:
    """Events behind a number that a machine's grants let it know of."""
    binds = {"client": client, "items": list(items), "after": after, "limit": limit, "today": clock.office_today()}
    return (await session.execute(_MISSED, binds)).all()


async def claim(session: AsyncSession, lease: timedelta, each: int, limit: int) -> list[Claimed]:
    """Take deliveries that are due, at most `each` of one endpoint at a time and one of a subject."""
    now = clock.now()
    binds = {"now": now, "lease": now + lease, "each": each, "limit": limit}
    ids = [row[0] for row in await session.execute(_CLAIM, binds)]
    if not ids:
        return []
    shut = or_(Account.disabled, Account.expires_on < clock.office_today())
    rows = await session.execute(
        select(WebhookDelivery, WebhookEndpoint, ExchangeEvent, shut)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .join(ExchangeEvent, ExchangeEvent.seq == WebhookDelivery.event_seq)
        .join(Account, Account.id == WebhookEndpoint.client_id)
        .where(WebhookDelivery.id.in_(ids))
        .order_by(WebhookDelivery.id)
    )
    return [Claimed(*row) for row in rows]


async def settle(session: AsyncSession, claimed: WebhookDelivery, **values: Any) -> bool:
    """Write what became of a delivery, if its lease is still ours: another may have taken it over."""
    done = await session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.id == claimed.id, WebhookDelivery.leased_until == claimed.leased_until)
        .values(leased_until=None, **values)
        .returning(WebhookDelivery.id)
    )
    return done.first() is not None


async def lock_endpoint(session: AsyncSession, endpoint_id: str, client: str | None = None) -> WebhookEndpoint | None:
    query = select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id).with_for_update()
    if client is not None:
        query = query.where(WebhookEndpoint.client_id == client, WebhookEndpoint.state != "ended")
    return await session.scalar(query.execution_options(populate_existing=True))


async def endpoints(session: AsyncSession, client: str) -> Sequence[WebhookEndpoint]:
    query = select(WebhookEndpoint).where(WebhookEndpoint.client_id == client, WebhookEndpoint.state != "ended")
    return (await session.scalars(query.order_by(WebhookEndpoint.id))).all()


async def add(session: AsyncSession, row: Any) -> None:
    session.add(row)
    await session.flush()


async def deliveries(
    session: AsyncSession, endpoint_id: str, state: str | None, before: int | None, limit: int
) -> Sequence[Row[WebhookDelivery, ExchangeEvent]]:
    """Deliveries of an endpoint, the newest first."""
    query = (
        select(WebhookDelivery, ExchangeEvent)
        .join(ExchangeEvent, ExchangeEvent.seq == WebhookDelivery.event_seq)
        .where(WebhookDelivery.endpoint_id == endpoint_id)
        .order_by(WebhookDelivery.id.desc())
        .limit(limit)
    )
    if state is not None:
        query = query.where(WebhookDelivery.state == state)
    if before is not None:
        query = query.where(WebhookDelivery.id < before)
    return (await session.execute(query)).all()


async def lock_delivery(session: AsyncSession, endpoint_id: str, delivery: int) -> WebhookDelivery | None:
    query = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.id == delivery)
    return await session.scalar(query.with_for_update())


async def due_in_s(session: AsyncSession, now: datetime) -> int:
    """How many deliveries wait past their time; for figures."""
    query = select(func.count()).select_from(WebhookDelivery)
    found = await session.scalar(query.where(WebhookDelivery.state == "waiting", WebhookDelivery.due_at <= now))
    return found or 0

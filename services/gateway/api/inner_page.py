"""`/metrics` of the gateway, on a listener of its own that is never published: whoever meets the door cannot ask it."""

from __future__ import annotations

import asyncio
from functools import partial

from aiohttp import web
from prometheus_client import Gauge

from services.gateway.api.connection import GuardedConnection
from services.gateway.upstream.services import Services
from shared.chassis import metrics

_CONNECTIONS = Gauge("lika_gateway_connections", "Connections open at the door")
_IN_FLIGHT = Gauge("lika_gateway_upstream_in_flight", "Requests at a service now", ["service"])
_STREAMS = Gauge("lika_gateway_upstream_streams", "Event streams from a service now", ["service"])
_BROKEN = Gauge("lika_gateway_upstream_broken", "1 while a service is not asked because it failed", ["service"])


def watch(services: Services) -> None:
    """Say where the gateway's gauges are read."""
    _CONNECTIONS.set_function(lambda: sum(GuardedConnection.open_by_address.values()))
    for name, one in services.upstreams():
        _IN_FLIGHT.labels(name).set_function(partial(getattr, one, "in_flight"))
        _STREAMS.labels(name).set_function(partial(getattr, one, "streams"))
        _BROKEN.labels(name).set_function(partial(getattr, one.breaker, "is_open"))


async def serve_forever(host: str, port: int) -> None:
    """Answer GET /metrics until cancelled."""
    page = web.Application()
    page.router.add_get("/metrics", _answer)
    runner = web.AppRunner(page, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


async def _answer(_: web.Request) -> web.Response:
    return web.Response(body=metrics.text(), headers={"Content-Type": metrics.MEDIA_TYPE})

"""`/metrics` of the gateway, on a listener of its own that is never published: whoever meets the door cannot ask it."""

from __future__ import annotations

import asyncio
import contextlib

from services.gateway.api.connection import GuardedConnection
from services.gateway.upstream.services import Services
from shared.chassis import metrics

ASK_S = 5.0
_CONNECTIONS = metrics.Gauge("lika_gateway_connections", "Connections open at the door")
_IN_FLIGHT = metrics.Gauge("lika_gateway_upstream_in_flight", "Requests at a service now", "service")
_STREAMS = metrics.Gauge("lika_gateway_upstream_streams", "Event streams from a service now", "service")
_BROKEN = metrics.Gauge("lika_gateway_upstream_broken", "1 while a service is not asked because it failed", "service")


def watch(services: Services) -> None:
    """Say where the gateway's gauges are read."""
    _CONNECTIONS.reads(lambda: [((), float(sum(GuardedConnection.open_by_address.values())))])
    _IN_FLIGHT.reads(lambda: [((name,), float(one.in_flight)) for name, one in services.upstreams()])
    _STREAMS.reads(lambda: [((name,), float(one.streams)) for name, one in services.upstreams()])
    _BROKEN.reads(lambda: [((name,), float(one.breaker.is_open)) for name, one in services.upstreams()])


async def serve_forever(host: str, port: int) -> None:
    """Answer GET /metrics until cancelled."""
    server = await asyncio.start_server(_answer, host, port, limit=4_096)
    async with server:
        await server.serve_forever()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
        async with asyncio.timeout(ASK_S):
            head = await reader.readuntil(b"\r\n\r\n")
            known = head.startswith(b"GET /metrics HTTP/1.")
            status, body = ("200 OK", metrics.text()) if known else ("404 Not Found", "")
            writer.write(
                f"HTTP/1.1 {status}\r\ncontent-type: {metrics.MEDIA_TYPE}\r\ncontent-length: {len(body.encode())}\r\n"
                f"connection: close\r\n\r\n{body}".encode()
            )
            await writer.drain()
    writer.close()

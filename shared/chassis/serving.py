"""The server process of a service."""

from __future__ import annotations

import gc
import socket
import sys

import uvicorn

from shared.chassis.settings import ServiceSettings

STARTUP_FAILED = 3


class SettledServer(uvicorn.Server):
    """uvicorn's server, whose collector does not walk again and again through what will stay anyway.

    A service holds some 300,000 objects when it has started; a full collection among them stops every request for
    50 ms and more, and frees nothing.
    """

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)


def serve(app_path: str, settings: ServiceSettings) -> None:
    """Run the service until it is told to stop."""
    run(
        SettledServer(
            uvicorn.Config(
                app_path,
                factory=True,
                host=settings.host,
                port=settings.port,
                log_level="warning",
                access_log=False,
                server_header=False,
                date_header=True,
                timeout_graceful_shutdown=10,
                timeout_keep_alive=75,
                h11_max_incomplete_event_size=16 * 1024,
            )
        )
    )


def run(server: uvicorn.Server) -> None:
    """Serve until told to stop; a server that could not start ends the process as failed."""
    server.run()
    if not server.started:
        sys.exit(STARTUP_FAILED)

"""The application factory: every service is put together here in the same way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, FastAPI, Path
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.chassis import audit, deadlines, events, idempotency, log, metrics, migrations, problems, trace
from shared.chassis.database import SERVER_SETTINGS, Database
from shared.chassis.hot_reads import HotReads, own_statement
from shared.chassis.identity import GATEWAY, CurrentActor, InnerTokens, needs
from shared.chassis.peers import Peer
from shared.chassis.routing import UnitOfWorkRoute
from shared.chassis.settings import ServiceSettings
from shared.chassis.trail_routes import trail_routers
from shared.chassis.trail_sealing import Sealer
from shared.chassis.trail_sources import EVERYWHERE, Source
from shared.refusals import NotFound, Refusal
from shared.schemas.wire import Operation, Problem

HEALTH_PATHS = ("/livez", "/readyz")
OPEN_PATHS = (*HEALTH_PATHS, "/metrics")
"""What the application itself answers, whoever asks. Figures are served inside only, not by the gateway."""


def create_app(
    settings: ServiceSettings,
    *,
    title: str,
    routers: Sequence[APIRouter],
    constraints: dict[str, type[Refusal]] | None = None,
    peers: dict[str, str] | None = None,
    event_subscriber: str | None = None,
    background: Sequence[Callable[[FastAPI], Awaitable[None]]] = (),
    on_start: Callable[[FastAPI], Awaitable[None]] | None = None,
    row_security: bool = False,
    trails: Sequence[Source] = EVERYWHERE,
) -> FastAPI:
    """Build one service.

    `peers` maps a service's name to its address; they are found in `app.state.peers`. `event_subscriber`
    names the peer that is told this service's events. `background` are endless jobs run while the app is up.
    `row_security` says that tables have policies by division code (`shared/chassis/row_security.py`).
    `trails` are sealed in one chain.
    """
    service = settings.service
    log.configure(service)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        require_no_other_routes(app)
        await app.state.database.check()
        await migrations.require_current(service, app.state.database)
        if row_security:
            await app.state.hot_reads.open()
        jobs = [asyncio.create_task(_job(job, app)) for job in background]
        jobs.append(asyncio.create_task(app.state.sealer.forever(settings.trail_seal_pause_s)))
        if event_subscriber is not None:
            peer = app.state.peers[event_subscriber]
            jobs.append(asyncio.create_task(events.relay_forever(app.state.database, service, peer)))
        if on_start is not None:
            await on_start(app)
        yield
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        for peer in app.state.peers.values():
            await peer.close()
        await app.state.hot_reads.close()
        await app.state.database.close()

    app = FastAPI(
        title=title,
        version="1.0.0",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        responses={
            status: {"model": Problem, "content": {"application/problem+json": {}}}
            for status in (400, 401, 403, 404, 409, 422, 503)
        },
    )
    tokens = InnerTokens(service, settings.inner_key_file, settings.inner_jwks_file)
    app.state.settings = settings
    app.state.database = Database(settings.database_url, settings.pool_size, row_security=row_security)
    app.state.claims = idempotency.claims(app.state.database)
    app.state.hot_reads = HotReads(settings.database_url, settings.pool_size, SERVER_SETTINGS)
    app.state.tokens = tokens
    app.state.sealer = Sealer(
        app.state.database,
        service,
        trails,
        tokens.own_key,
        settings.trail_checkpoint_s,
        settings.trail_anchor_file,
    )
    app.state.constraints = constraints or {}
    app.state.peers = {name: Peer(name, url, tokens, settings.peer_timeout_s) for name, url in (peers or {}).items()}
    problems.install(app, app.state.constraints)
    for router in [*routers, operations_router(service), *trail_routers(service, trails)]:
        require_declared_permissions(router)
        app.include_router(router)
    app.add_api_route("/livez", _livez, methods=["GET"], include_in_schema=False)
    app.add_api_route("/readyz", _readyz, methods=["GET"], include_in_schema=False)
    if service != GATEWAY:  # whose own routes are met from outside
        app.add_api_route("/metrics", _metrics, methods=["GET"], include_in_schema=False)
    app.add_middleware(_Boundary)
    return app


def new_router(prefix: str, tag: str) -> APIRouter:
    """A router whose operations run in one transaction each."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=UnitOfWorkRoute)


def operations_router(service: str) -> APIRouter:
    """`GET /operations/{key}`: what became of a request whose answer was lost."""
    router = new_router(f"/api/v1/{service}/operations", "operations")

    @router.get("/{key}", operation_id=f"{service}_operation_get", **own_statement(needs("operation.read")))
    async def operation_get(
        key: Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,64}$")], request: Request, actor: CurrentActor
    ) -> list[Operation]:
        life = request.app.state.settings.claim_life_s
        found = await idempotency.look_up(request.app.state.database, [actor.office, *actor.offices_before], key, life)
        if not found:
            raise NotFound()
        # A stored answer may show people, so that looking it up is a read of theirs.
        subjects = sorted({one for item in found for one in idempotency.subjects_of((item.body or "").encode())})
        if subjects:
            await audit.record_read(request.app.state.database, actor, "operation.get", subjects, "as_before", key=key)
        return found

    return router


def require_declared_permissions(router: APIRouter) -> None:
    """Refuse to start if any operation does not say who may call it, or does not run in a transaction of ours."""
    for route in router.routes:
        if isinstance(route, APIRoute) and not route.include_in_schema:
            continue  # pages and key sets, no operations
        if not isinstance(route, UnitOfWorkRoute):
            raise RuntimeError(f"{route} was not declared on a router of new_router")
        if "x-permission" not in (route.openapi_extra or {}):
            raise RuntimeError(f"{sorted(route.methods or ())} {route.path} declares no permission")


def require_no_other_routes(app: FastAPI) -> None:
    """Refuse to start with a door beside the declared ones: a mounted application, a plain route, a websocket.

    What was put on the application itself asks nobody who is calling: of that there are OPEN_PATHS alone.
    """
    for route in app.routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            require_declared_permissions(included)
        elif getattr(route, "path", "") not in OPEN_PATHS:
            raise RuntimeError(f"{route} declares no permission")


async def _job(job: Callable[[FastAPI], Awaitable[None]], app: FastAPI) -> None:
    await job(app)


async def _livez() -> Response:
    return JSONResponse({"status": "ok"})


async def _metrics() -> Response:
    return Response(metrics.text(), media_type=metrics.MEDIA_TYPE)


async def _readyz(request: Request) -> Response:
    try:
        await request.app.state.database.check()
    except Exception:
        return JSONResponse({"status": "unavailable"}, status_code=503, headers={"Retry-After": "2"})
    lag_s, most = request.app.state.sealer.lag_s(), request.app.state.settings.trail_lag_s
    # Behind with sealing is told, and no reason to turn people away: what they do is on the trail all the same.
    return JSONResponse({"status": "ok", "trail": "sealed" if lag_s <= most else "behind", "trail_lag_s": int(lag_s)})


class _Boundary:
    """Pure ASGI: trace id in and out, answers never cached, a fault after all still a problem answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"])
        trace_id = trace.begin(given.get(b"traceparent", b"").decode("latin-1"))
        deadlines.begin(given.get(deadlines.HEADER.encode(), b"").decode("latin-1"))
        began, status, started = time.perf_counter(), 0, False

        async def send_with_trace(message: Message) -> None:
            nonlocal started, status
            if message["type"] == "http.response.start":
                started, status = True, message["status"]
                names = {name for name, _ in message["headers"]}
                if b"cache-control" not in names:
                    message["headers"].append((b"cache-control", b"no-store"))
                message["headers"].append((b"x-trace-id", trace_id.encode()))
            await send(message)

        try:
            await self.app(scope, receive, send_with_trace)
        except Exception as error:
            # Nothing is raised further: the server would print a traceback with the values in it.
            if started:
                log.logger().error("answer_broken_off", kind=type(error).__name__)
            else:
                await problems.fault(Request(scope), error)(scope, receive, send_with_trace)
        finally:
            metrics.requests_of(scope["method"], status).inc()
            metrics.seconds_of(scope["method"]).inc(time.perf_counter() - began)

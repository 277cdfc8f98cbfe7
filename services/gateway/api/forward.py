"""The door itself: every request passes here first, before FastAPI. Who may not pass is answered here."""

from __future__ import annotations

import time
from functools import cache

from prometheus_client import Counter
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.api.answers import Answer, security_headers
from services.gateway.api.public_door import PublicDoor, Sink
from services.gateway.domain import client_addresses, compression, http_rules, route_classes
from services.gateway.domain.access_tokens import AccessClaims
from services.gateway.domain.client_addresses import Network
from services.gateway.domain.http_rules import Inspected
from services.gateway.domain.rates import Rate, network_of
from services.gateway.domain.refusals.requests import (
    HeaderMalformed,
    MethodNotAllowed,
    OriginRefused,
    ReasonMalformed,
    TooManyRequests,
)
from services.gateway.operations import refusal_notes
from services.gateway.operations.draining import DRAINING
from services.gateway.operations.forwarding import Journey, upload_of
from services.gateway.operations.parts import Parts
from services.gateway.operations.request_body import CallerGone, RequestBody, replay
from services.gateway.operations.rights import Rights
from shared.chassis import log, problems, trace
from shared.chassis.routing import JSON_BODY_LIMIT
from shared.refusals import Refusal, Unauthenticated, Unavailable
from shared.schemas.wire import clean_text

SERVICES = frozenset({"registry", "projects", "funds"})
OWN = "gateway"
TOKEN_PATH = "/api/v1/auth/token"
FORM_LIMIT = 16 * 1024
KEYLESS = (
    "/token", "/password", "/accounts", "/clients",
    "/second-factor", "/second-factor/confirmation", "/second-factor/recovery-codes", "/second-factor/removal",
    "/secrets", "/secret", "/webhooks", "/complaints",
)  # fmt: skip
"""Own paths that end so carry secrets: an Idempotency-Key would keep a digest or a copy of them, so it is dropped."""
ANSWERED = Counter("lika_gateway_answers_total", "Answers by whom they came from", ["service", "status"])
_answered = cache(ANSWERED.labels)


class Door:
    """Pure ASGI. Checks the request's form, then who sends it, then hands it to a service or to this one."""

    def __init__(self, app: ASGIApp, parts: Parts) -> None:
        self.app = self._app = app
        self._parts = parts
        stated = filter(None, parts.settings.trusted_proxies.replace(" ", "").split(","))
        self._proxies = client_addresses.networks(stated)
        self._always = security_headers(parts.settings.hsts_s)
        self._public_door = PublicDoor(parts, self._own, self._forward)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            if self._proxies:
                scope = _from_caller(scope, self._proxies)
            await self._answer(scope, receive, Answer(send, trace.begin(""), self._always))

    async def _answer(self, scope: Scope, receive: Receive, answer: Answer) -> None:
        try:
            await self._serve(scope, receive, answer)
        except CallerGone:
            return
        except Refusal as refusal:
            refusal_notes.note(refusal.code, refusal.status)
            await answer.refuse(scope, receive, problems.of_refusal(Request(scope), refusal))
        except Exception as error:
            if problems.is_outage(error):
                log.logger().error("dependency_unavailable", kind=type(error).__name__)
                await answer.refuse(scope, receive, problems.of_refusal(Request(scope), Unavailable()))
            else:
                await answer.refuse(scope, receive, problems.fault(Request(scope), error))

    async def _serve(self, scope: Scope, receive: Receive, answer: Answer) -> None:
        request = http_rules.inspect_headers(scope["headers"])
        if request.host is None and scope.get("http_version") == "1.1":
            raise HeaderMalformed()
        origins, method = self._parts.origins, scope["method"]
        if origins:
            answer.extra = origins.of_answer(request.origin)
            if method == "OPTIONS":
                await self._preflight(scope, request, answer)
                return
        http_rules.require_method(method)
        raw = scope.get("raw_path") or scope["path"].encode()
        path = http_rules.canonical_path(raw)
        query = http_rules.require_query(scope["query_string"], len(raw))
        if request.gzip:
            seeks = bool(query) and route_classes.seeks(query)
            answer.gzip = compression.harmless(method, path, seeks, request.reason is not None)
        parts = path.split("/", 4)
        if parts[1:3] != ["api", "v1"] or len(parts) < 4:
            if DRAINING.begun and path == "/readyz":
                raise Unavailable()
            answer.public = True
            await self._own(scope, receive, answer, request, None)
        elif parts[3] in SERVICES:
            claims = await self._claims(scope, request)
            rights = await self._rights(claims, scope, request, path, query, answer)
            rights = await self._parts.granted.of(rights, path)
            await self._forward(parts[3], path, query, rights, claims, request, scope, receive, answer)
        elif parts[3] == "public":
            self._limit(self._parts.public_rate, network_of(_peer(scope)), answer)
            await self._public(parts, path, query, request, scope, receive, answer)
        elif path == TOKEN_PATH:
            self._limit(self._parts.token_rate, network_of(_peer(scope)), answer)
            await self._own(scope, receive, answer, request, None, FORM_LIMIT)
        else:
            rights = await self._rights(await self._claims(scope, request), scope, request, path, query, answer)
            await self._own(scope, receive, answer, request, rights)

    async def _public(
        self,
        parts: list[str],
        path: str,
        query: str,
        request: Inspected,
        scope: Scope,
        receive: Receive,
        answer: Answer,
    ) -> None:
        """What anybody may ask: of a service, or of the gateway's own portal."""
        answer.public = True
        service = parts[4].split("/", 1)[0] if parts[4:] else ""
        network, service = network_of(_peer(scope)), service if service in SERVICES else ""
        await self._public_door.serve(service, path, query, network, request, scope, receive, answer)

    async def _preflight(self, scope: Scope, request: Inspected, answer: Answer) -> None:
        """A browser's question before a request from another origin; it carries no sign-in."""
        self._limit(self._parts.public_rate, network_of(_peer(scope)), answer)
        origins = self._parts.origins
        if request.origin is None or request.has_body or not request.preflight:
            raise MethodNotAllowed()
        if not origins.allows(request.origin):
            raise OriginRefused()
        answer.extra = origins.of_preflight(request.origin)
        await answer.send({"type": "http.response.start", "status": 204, "headers": []})
        await answer.send({"type": "http.response.body", "body": b""})

    async def _claims(self, scope: Scope, request: Inspected) -> AccessClaims:
        """The claims of the request's token. Who brings bad ones again and again is not listened to for a while."""
        value = request.authorization
        if value is None or value[:7].lower() != b"bearer ":
            raise Unauthenticated()
        gate, token = self._parts.gate, value[7:].decode("latin-1")
        known = gate.known(token)
        if known is not None:
            return known
        strangers, network, now = self._parts.stranger_rate, network_of(_peer(scope)), time.monotonic()
        if strangers.exhausted(network, now):
            raise _too_many(1)
        try:
            return await gate.check(token, _peer(scope))
        except Unauthenticated:
            strangers.take(network, now)
            raise

    async def _rights(
        self, claims: AccessClaims, scope: Scope, request: Inspected, path: str, query: str, answer: Answer
    ) -> Rights:
        """The rights of the request's token now, within the limits of its account."""
        rights = await self._parts.gate.rights(claims, _peer(scope))
        rights.require_own_password(path)
        rights.require_second_factor(path)
        kind = route_classes.class_of(scope["method"], path, query, upload_of(path, request))
        if kind is not None:
            self._limit(self._parts.class_rates[kind], claims.account, answer)
        self._limit(self._parts.principal_rate, claims.account, answer)
        scope.setdefault("state", {})["sign_in"] = claims.session
        return rights

    def _limit(self, rate: Rate, key: str, answer: Answer) -> None:
        verdict = rate.take(key, time.monotonic())
        answer.tell_limit(rate, verdict)
        if not verdict.passes:
            raise _too_many(verdict.reset_s)

    async def _forward(
        self,
        service: str,
        path: str,
        query: str,
        rights: Rights,
        claims: AccessClaims | None,
        request: Inspected,
        scope: Scope,
        receive: Receive,
        answer: Sink,
    ) -> None:
        async def still_allowed() -> bool:
            return claims is None or await self._parts.rights.holds(claims, rights)

        token = self._parts.rights.inner_token(rights, service, _purpose(request))
        journey = Journey(service, path, query, token, upload_of(path, request), still_allowed)
        try:
            await self._parts.forwarder.forward(journey, request, scope, receive, answer.send)
        finally:
            _answered(service, answer.status).inc()

    async def _own(
        self,
        scope: Scope,
        receive: Receive,
        answer: Sink,
        request: Inspected,
        rights: Rights | None,
        limit: int = JSON_BODY_LIMIT,
        timeout_s: float = 0.0,
    ) -> None:
        """Hand a request to this service's own routes, which believe inner tokens only, as everywhere."""
        headers = list(request.headers.items())
        if request.host is not None:
            headers.append((b"host", request.host))
        if rights is not None:
            token = self._parts.rights.inner_token(rights, OWN, _purpose(request))
            headers.append((b"authorization", b"Bearer " + token.encode()))
        elif request.authorization is not None and request.authorization[:6].lower() == b"basic ":
            headers.append((b"authorization", request.authorization))
        headers.append((b"traceparent", trace.traceparent().encode()))
        if scope["path"].endswith(KEYLESS):
            headers = [header for header in headers if header[0] != b"idempotency-key"]
        if request.has_body:
            arrival_s = timeout_s or self._parts.settings.request_timeout_s
            body = RequestBody(receive, request.headers.get(b"content-length"), limit, arrival_s)
            receive = replay(await body.whole(), receive)
        await self._app({**scope, "headers": headers}, receive, answer.send)


def _purpose(request: Inspected) -> str:
    """The access reason, cleaned by the rules of all text."""
    if request.reason is None:
        return ""
    try:
        return clean_text(http_rules.access_reason(request.reason))
    except ValueError as error:
        raise ReasonMalformed() from error


def _from_caller(scope: Scope, proxies: tuple[Network, ...]) -> Scope:
    """The request as from its caller, where a proxy that is trusted passed it on."""
    stated = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
    found = client_addresses.caller(_peer(scope), stated.decode("latin-1"), proxies)
    return {**scope, "client": (found, 0)}


def _peer(scope: Scope) -> str:
    """The caller's address. What the request claims about it is asked only where a trusted proxy passed it on."""
    client = scope.get("client")
    return client[0] if client else ""


def _too_many(reset_s: int) -> TooManyRequests:
    refusal = TooManyRequests()
    refusal.retry_after_s = max(1, reset_s)
    return refusal

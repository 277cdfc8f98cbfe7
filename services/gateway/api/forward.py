"""The door itself: every request passes here first, before FastAPI. Who may not pass is answered here."""

from __future__ import annotations

import time

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.api.answers import Answer, security_headers
from services.gateway.api.exchange_cycle import WAY
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
from services.gateway.operations import answer_counts, refusal_notes
from services.gateway.operations.draining import DRAINING
from services.gateway.operations.exchange_records import COMPARISON_LISTS
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
ANSWERED = answer_counts.registered()


class Door:
    """Pure ASGI. Checks the request's form, then who sends it, then hands it to a service or to this one."""

    def __init__(self, app: ASGIApp, parts: Parts) -> None:
        self.app = self._app = app
        self._parts, self._gate, self._origins = parts, parts.gate, parts.origins
        stated = filter(None, parts.settings.trusted_proxies.replace(" ", "").split(","))
        self._proxies = client_addresses.networks(stated)
        self._always = security_headers(parts.settings.hsts_s)
        self._public_door = PublicDoor(parts, self._own, self._forward)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        if self._proxies:
            scope = _from_caller(scope, self._proxies)
        extensions = scope.get("extensions")
        way = extensions.pop(WAY, None) if extensions else None  # for the door alone
        answer = Answer(send, trace.begin(""), self._always, way)
        try:
            request = http_rules.inspect_headers(scope["headers"])
            if self._origins and scope["method"] == "OPTIONS":
                await self._preflight(scope, request, answer)
                return
            path, query = self._target(scope, request, answer)
            parts = path.split("/", 4)
            if len(parts) > 3 and parts[3] in SERVICES and parts[1] == "api" and parts[2] == "v1":
                claims = self._known(request) or await self._checked(scope, request)
                rights = self._gate.believed(claims) or await self._read(claims, scope, path)
                self._limit_account(claims.account, scope["method"], path, query, request, answer)
                if path.startswith(COMPARISON_LISTS):
                    rights = await self._parts.granted.of(rights, path)
                await self._forward(parts[3], path, query, rights, claims, request, scope, receive, answer)
            else:
                await self._serve(parts, path, query, request, scope, receive, answer)
        except CallerGone:
            return
        except Exception as error:
            await answer.refuse(scope, receive, _problem(scope, error))

    def _target(self, scope: Scope, request: Inspected, answer: Answer) -> tuple[str, str]:
        """Path and query, in the one way they can be read; what is not is refused, and so is the method."""
        if request.host is None and scope.get("http_version") == "1.1":
            raise HeaderMalformed()
        if self._origins:
            answer.extra = self._origins.of_answer(request.origin)
        method = scope["method"]
        http_rules.require_method(method)
        raw = scope.get("raw_path") or scope["path"].encode()
        path = http_rules.canonical_path(raw)
        query = http_rules.require_query(scope["query_string"], len(raw))
        if request.gzip:
            seeks = bool(query) and route_classes.seeks(query)
            answer.gzip = compression.harmless(method, path, seeks, request.reason is not None)
        return path, query

    async def _serve(
        self,
        parts: list[str],
        path: str,
        query: str,
        request: Inspected,
        scope: Scope,
        receive: Receive,
        answer: Answer,
    ) -> None:
        """What this service answers itself, and what anybody may ask."""
        if parts[1:3] != ["api", "v1"] or len(parts) < 4:
            if DRAINING.begun and path == "/readyz":
                raise Unavailable()
            answer.public = True
            await self._own(scope, receive, answer, request, None)
        elif parts[3] == "public":
            self._limit(self._parts.public_rate, network_of(_peer(scope)), answer)
            await self._public(parts, path, query, request, scope, receive, answer)
        elif path == TOKEN_PATH:
            self._limit(self._parts.token_rate, network_of(_peer(scope)), answer)
            await self._own(scope, receive, answer, request, None, FORM_LIMIT)
        else:
            claims = self._known(request) or await self._checked(scope, request)
            rights = self._gate.believed(claims) or await self._read(claims, scope, path)
            self._limit_account(claims.account, scope["method"], path, query, request, answer)
            scope.setdefault("state", {})["sign_in"] = claims.session
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
        if request.host is None and scope.get("http_version") == "1.1":
            raise HeaderMalformed()
        answer.extra = self._origins.of_answer(request.origin)
        self._limit(self._parts.public_rate, network_of(_peer(scope)), answer)
        origins = self._origins
        if request.origin is None or request.has_body or not request.preflight:
            raise MethodNotAllowed()
        if not origins.allows(request.origin):
            raise OriginRefused()
        answer.extra = origins.of_preflight(request.origin)
        await answer.send({"type": "http.response.start", "status": 204, "headers": []})
        await answer.send({"type": "http.response.body", "body": b""})

    def _known(self, request: Inspected) -> AccessClaims | None:
        """The claims of the request's token, if it was found good before."""
        value = request.authorization
        if value is None or value[:7].lower() != b"bearer ":
            raise Unauthenticated()
        return self._gate.known(value[7:].decode("latin-1"))

    async def _checked(self, scope: Scope, request: Inspected) -> AccessClaims:
        """The claims of a token nobody knows. Who brings bad ones again and again is not listened to for a while."""
        assert request.authorization is not None
        peer, strangers, now = _peer(scope), self._parts.stranger_rate, time.monotonic()
        network = network_of(peer)
        if strangers.exhausted(network, now):
            raise _too_many(1)
        try:
            return await self._gate.check(request.authorization[7:].decode("latin-1"), peer)
        except Unauthenticated:
            strangers.take(network, now)
            raise

    async def _read(self, claims: AccessClaims, scope: Scope, path: str) -> Rights:
        """The rights of a token's sign-in, read anew."""
        rights = await self._gate.rights(claims, _peer(scope))
        rights.require_own_password(path)
        rights.require_second_factor(path)
        return rights

    def _limit_account(
        self, account: str, method: str, path: str, query: str, request: Inspected, answer: Answer
    ) -> None:
        """Keep an account within its limits: over all, and for the request's kind of route."""
        kind = route_classes.class_of(method, path, query, upload_of(path, request))
        if kind is not None:
            self._limit(self._parts.class_rates[kind], account, answer)
        self._limit(self._parts.principal_rate, account, answer)

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

        purpose = "" if request.reason is None else _purpose(request)
        token = self._parts.rights.inner_token(rights, service, purpose)
        journey = Journey(service, path, query, token, upload_of(path, request), still_allowed, answer)
        try:
            await self._parts.forwarder.forward(journey, request, scope, receive, answer.send)
        finally:
            ANSWERED.count(service, answer.status)

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


def _problem(scope: Scope, error: Exception) -> Response:
    """What the caller is told of a refusal or fault; it is counted and logged."""
    if isinstance(error, Refusal):
        refusal_notes.note(error.code, error.status)
        return problems.of_refusal(Request(scope), error)
    if problems.is_outage(error):
        log.logger().error("dependency_unavailable", kind=type(error).__name__)
        return problems.of_refusal(Request(scope), Unavailable())
    return problems.fault(Request(scope), error)


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

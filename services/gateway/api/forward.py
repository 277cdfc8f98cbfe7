"""The door itself: every request passes here first, before FastAPI. Who may not pass is answered here."""

from __future__ import annotations

import time

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.api.answers import Answer
from services.gateway.domain import http_rules
from services.gateway.domain.http_rules import Inspected
from services.gateway.domain.rates import Rate, network_of
from services.gateway.domain.refusals.requests import ReasonMalformed, TooManyRequests
from services.gateway.operations.forwarding import Journey
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
KEYLESS = ("/token", "/password", "/accounts", "/clients")
"""Own paths that end so carry secrets: an Idempotency-Key would keep a digest or a copy of them, so it is dropped."""


class Door:
    """Pure ASGI. Checks the request's form, then who sends it, then hands it to a service or to this one."""

    def __init__(self, app: ASGIApp, parts: Parts) -> None:
        self._app = app
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, Answer(send, trace.begin("")))

    async def _answer(self, scope: Scope, receive: Receive, answer: Answer) -> None:
        try:
            await self._serve(scope, receive, answer)
        except CallerGone:
            return
        except Refusal as refusal:
            await answer.refuse(scope, receive, problems.of_refusal(Request(scope), refusal))
        except Exception as error:
            if problems.is_outage(error):
                log.logger().error("dependency_unavailable", kind=type(error).__name__)
                await answer.refuse(scope, receive, problems.of_refusal(Request(scope), Unavailable()))
            else:
                await answer.refuse(scope, receive, problems.fault(Request(scope), error))

    async def _serve(self, scope: Scope, receive: Receive, answer: Answer) -> None:
        request = http_rules.inspect_headers(scope["headers"])
        http_rules.require_method(scope["method"])
        raw = scope.get("raw_path") or scope["path"].encode()
        path = http_rules.canonical_path(raw)
        query = http_rules.require_query(scope["query_string"], len(raw))
        parts = path.split("/", 4)
        if parts[1:3] != ["api", "v1"]:
            await self._own(scope, receive, answer, request, None)
        elif parts[3] in SERVICES:
            rights = await self._signed_in(scope, request)
            await self._forward(parts[3], path, query, rights, request, scope, receive, answer)
        elif parts[3] == "public" and parts[4:] and parts[4].split("/", 1)[0] in SERVICES:
            self._limit(self._parts.public_rate, network_of(_peer(scope)), answer)
            service = parts[4].split("/", 1)[0]
            await self._forward(service, path, query, self._parts.rights.public(), request, scope, receive, answer)
        elif parts[3] == "public":
            self._limit(self._parts.public_rate, network_of(_peer(scope)), answer)
            await self._own(scope, receive, answer, request, self._parts.rights.public())
        elif path == TOKEN_PATH:
            self._limit(self._parts.token_rate, network_of(_peer(scope)), answer)
            await self._own(scope, receive, answer, request, None, FORM_LIMIT)
        else:
            await self._own(scope, receive, answer, request, await self._signed_in(scope, request))

    async def _signed_in(self, scope: Scope, request: Inspected) -> Rights:
        """The rights of the request's token now; refuses every request without a good one."""
        value = request.authorization
        if value is None or value[:7].lower() != b"bearer ":
            raise Unauthenticated()
        claims = self._parts.tokens.check(value[7:].decode("latin-1"))
        rights = await self._parts.rights.current(claims)
        verdict = self._parts.principal_rate.take(claims.account, time.monotonic())
        if not verdict.passes:
            raise _too_many(verdict.reset_s)
        scope.setdefault("state", {})["sign_in"] = claims.session
        return rights

    def _limit(self, rate: Rate, key: str, answer: Answer) -> None:
        verdict = rate.take(key, time.monotonic())
        answer.tell_limit(verdict)
        if not verdict.passes:
            raise _too_many(verdict.reset_s)

    async def _forward(
        self,
        service: str,
        path: str,
        query: str,
        rights: Rights,
        request: Inspected,
        scope: Scope,
        receive: Receive,
        answer: Answer,
    ) -> None:
        token = self._parts.rights.inner_token(rights, service, _purpose(request))
        journey = Journey(service, path, query, token)
        await self._parts.forwarder.forward(journey, request, scope, receive, answer.send)

    async def _own(
        self,
        scope: Scope,
        receive: Receive,
        answer: Answer,
        request: Inspected,
        rights: Rights | None,
        limit: int = JSON_BODY_LIMIT,
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
            timeout_s = self._parts.settings.request_timeout_s
            body = RequestBody(receive, request.headers.get(b"content-length"), limit, timeout_s)
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


def _peer(scope: Scope) -> str:
    """The address at the other end of the connection. What the request claims about it is not asked."""
    client = scope.get("client")
    return client[0] if client else ""


def _too_many(reset_s: int) -> TooManyRequests:
    refusal = TooManyRequests()
    refusal.retry_after_s = max(1, reset_s)
    return refusal

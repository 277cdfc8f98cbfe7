"""One request, one session, one transaction, begun and committed here and nowhere else.

The answer is built inside the transaction and sent after the commit, so that an acknowledged write is
a durable write. A keyed request stores its answer in the same transaction as its effects.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from python_multipart.multipart import parse_options_header
from sqlalchemy.exc import IntegrityError
from starlette.responses import Response

from shared.chassis import audit, idempotency, paging, problems
from shared.chassis.database import Database
from shared.chassis.deprecation import telling
from shared.chassis.identity import current_actor, require_declared
from shared.chassis.lots import IN_LOTS
from shared.chassis.personal_data import fields_of
from shared.chassis.queries import names_of, require_known
from shared.chassis.stages import Stages
from shared.refusals import (
    Forbidden,
    Malformed,
    Refusal,
    TooLarge,
    TryAgain,
    Unavailable,
    UnsupportedMedia,
)

JSON_BODY_LIMIT = 1024 * 1024
JSON_DEPTH_LIMIT = 32

PUBLISHED = "/api/v1/public/"
"""Addresses the anonymous may ask."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class UnitOfWorkRoute(APIRoute):
    """A route whose handler runs in one transaction; under GET a read-only one."""

    def get_route_handler(self) -> Handler:
        name = self.operation_id or self.name
        extra = self.openapi_extra = self._with_people(self.openapi_extra or {})
        handle = _noting(super().get_route_handler(), name, extra)
        key_required = extra.get("x-idempotency-key") == "required"
        permission = extra.get("x-permission", "")
        public = permission == "public"
        streams = extra.get("x-streams") is True  # an answer that is never whole is stored under no key
        reads_only = set(self.methods or ()) <= {"GET", "HEAD"} or extra.get("x-reads-only") is True

        asked_for = frozenset(names_of(self.dependant)) | {item["name"] for item in extra.get("parameters", [])}
        own_statement = extra.get("x-own-statement") is True  # reads without a session: see hot_reads
        # Transactions of its own: several one after the other (stages), or one for several requests (lots).
        in_stages = extra.get("x-in-stages") is True or hasattr(self.endpoint, IN_LOTS)

        async def run(request: Request) -> Response:
            database: Database = request.app.state.database
            areas: tuple[str, ...] = ()
            if not public:
                # Before a byte of the body is read or a key is claimed: whoever may not ask learns nothing, not even
                # an answer stored for a colleague, and costs no statement.
                actor = current_actor(request)
                require_declared(actor, permission)
                areas = actor.scope
            require_known(request, asked_for)
            paging.begin(request, request.app.state.tokens.cursor_key, areas)
            if own_statement:
                if request.method != "GET":
                    await _read_body(request)
                return await handle(request)
            if reads_only:
                if request.method != "GET":
                    await _read_body(request)
                async with database.session(read_only=True, areas=areas) as session:
                    request.state.session = session
                    return await handle(request)
            await _read_body(request)
            if streams or (request.headers.get("idempotency-key") is None and not key_required):
                async with database.session(areas=areas) as session:
                    request.state.session = session
                    return await handle(request)
            try:
                response = await _run_keyed(request, database, areas, name, handle, in_stages)
                if audit.PERSONAL in extra and "idempotency-replayed" in response.headers:
                    audit.begin(name, extra)
                    await idempotency.note_replay(request, database, response)
                return response
            finally:
                await request.close()  # an upload read for its digest is open when the answer was a stored one

        return telling(run, extra)

    def _with_people(self, extra: dict[str, Any]) -> dict[str, Any]:
        """The extras, with the personal fields the answer can hold. What is published shows nobody who is not known."""
        published = extra.get("x-permission") == "public" or self.path.startswith(PUBLISHED)
        shown = () if published else fields_of(self.response_model)
        return extra | {audit.PERSONAL: sorted({*shown, *extra.get(audit.PERSONAL, ())})} if shown else extra


def _noting(handle: Handler, operation: str, extra: dict[str, Any]) -> Handler:
    """The handler, whose answer leaves only once it stands on a trail, if it shows people. A write it would have
    shown is undone with it."""

    async def noting(request: Request) -> Response:
        answering = audit.begin(operation, extra)
        response = await handle(request)
        audit.require_noted(answering, response.status_code)
        return response

    return noting


async def _run_keyed(
    request: Request, database: Database, areas: tuple[str, ...], operation: str, handle: Handler, in_stages: bool
) -> Response:
    """Run once per key: claim, do the work and store its answer together, replay ever after."""
    claim = await idempotency.claim(request, database, operation)
    if isinstance(claim, Response):
        return claim
    try:
        if in_stages:
            address = f"/api/v1/{request.app.state.settings.service}/operations/{claim.key}"
            request.state.stages = Stages(database, areas, claim, address)
            return await handle(request)
        async with database.session(areas=areas) as session:
            request.state.session = session
            response = await handle(request)
            await session.flush()
            await idempotency.finish(session, claim, response)
        return response
    except Refusal as refusal:
        if isinstance(refusal, Unavailable | TryAgain):
            await idempotency.release(database, claim)
            raise
        if refusal.status in (400, 401) or type(refusal) is Forbidden:
            await idempotency.forget(database, claim)
            raise
        return await _store_refusal(database, claim, problems.of_refusal(request, refusal))
    except RequestValidationError as error:
        response = problems.of_validation(request, list(error.errors()))
        return await _store_refusal(database, claim, response)
    except IntegrityError as error:
        named = problems.refusal_of(error, request.app.state.constraints)
        if named is None:
            await idempotency.release(database, claim)
            raise
        return await _store_refusal(database, claim, problems.of_refusal(request, named))
    except Exception:
        await idempotency.release(database, claim)
        raise


async def _store_refusal(database: Database, claim: idempotency.Claim, response: Response) -> Response:
    async with database.session() as session:
        await idempotency.finish(session, claim, response)
    return response


async def _read_body(request: Request) -> None:
    """Read and check the body before any work: size, media type, strict JSON."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    form = media_type in ("multipart/form-data", "application/x-www-form-urlencoded")
    declared = request.headers.get("content-length", "")
    upload_limit: int = request.app.state.settings.upload_limit_bytes
    if declared.isdigit() and int(declared) > (upload_limit if form else JSON_BODY_LIMIT):
        raise TooLarge()
    if form:
        _require_utf8(request)
        return
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > JSON_BODY_LIMIT:
            raise TooLarge()
    request._body = bytes(body)  # Starlette caches the body under this name; body() then returns it.
    if body:
        if media_type != "application/json":
            raise UnsupportedMedia()
        strict_json(bytes(body))


def _require_utf8(request: Request) -> None:
    """A form in another charset would be decoded by whatever codec it names, faults and lone surrogates included."""
    _, options = parse_options_header(request.headers.get("content-type"))
    if options.get(b"charset", b"utf-8").lower() not in (b"utf-8", b"utf8"):
        raise UnsupportedMedia()


def strict_json(body: bytes) -> Any:
    """Parse JSON that is UTF-8, without duplicate members, NaN or Infinity, at most 32 levels deep.

    Raises Malformed, which says where the body goes wrong, which member stands twice, or that a number is none.
    """
    try:
        value = json.loads(
            body.decode("utf-8", "strict"), object_pairs_hook=_no_duplicates, parse_constant=_no_constant
        )
    except json.JSONDecodeError as error:
        where = error.pos + 1
        raise _malformed(
            "not_json", f"第 {where} 个字符处不是规范的 JSON", f"Not JSON at character {where}", position=where
        ) from error
    except (ValueError, RecursionError) as error:
        raise Malformed() from error
    _require_shallow(value)
    return value


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        plain = problems.pointer_of((twice,)).removeprefix("/")  # a name that may be anything is not repeated
        facts = {"member": plain} if plain else {}
        raise _malformed("member_twice", "同一成员出现两次(见 member)", "A member stands twice: see member", **facts)
    return members


def _no_constant(_: str) -> Any:
    raise _malformed("not_a_number", "NaN 和 Infinity 不是 JSON 的数", "NaN and Infinity are no numbers of JSON")


def _malformed(code: str, zh: str, en: str, **facts: int | str) -> Malformed:
    """A body that is not JSON, with what is wrong with it."""
    refusal = Malformed()
    refusal.facts = facts
    refusal.errors = (("", code, zh, en),)
    return refusal


def _require_shallow(value: Any) -> None:
    """Level by level, not by recursion: what the parser can nest may be deeper than Python can follow."""
    level = [value]
    for _ in range(JSON_DEPTH_LIMIT + 1):
        holders = [item for item in level if isinstance(item, dict | list)]
        if not holders:
            return
        level = [inner for item in holders for inner in (item.values() if isinstance(item, dict) else item)]
    raise Malformed()

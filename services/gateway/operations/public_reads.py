"""Public answers, kept for seconds: a crowd that asks the same costs the services one answer.

Only what the actor `public` was given is kept, so nothing of anybody signed in can be. An answer's texts are cleaned of
numbers nobody may publish, its cursor is sealed for its list, and its ETag tells the same answer from another.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from starlette.types import Message

from services.gateway.domain import publication
from services.gateway.domain.public_pages import Asked
from services.gateway.domain.refusals.portal import CursorRefused, PagesTooDeep
from services.gateway.operations.sealing import Seals
from shared.chassis import log
from shared.refusals import Unavailable

JSON = b"application/json"
ANSWER_LIMIT = 8 * 1024 * 1024
_CURSOR = re.compile(rb'"next_cursor":"([A-Za-z0-9_=-]+)"')


@dataclass(slots=True)
class Captured:
    """An answer as it was made, for one caller or many."""

    status: int = 503
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    etag: bytes = b""
    _pieces: list[bytes] = field(default_factory=list)
    _size: int = 0

    def at_once(self, *_: object) -> bool:
        """Nothing is taken but by `send`."""
        return False

    def carrier(self) -> None:
        """As `at_once`."""

    async def send(self, message: Message) -> None:
        """ASGI send; Unavailable for an answer larger than any page is."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [pair for pair in message["headers"] if pair[0] in (b"content-type", b"retry-after")]
            return
        self._pieces.append(message.get("body", b""))
        self._size += len(self._pieces[-1])
        if self._size > ANSWER_LIMIT:
            raise Unavailable()
        if not message.get("more_body", False):
            self.body = b"".join(self._pieces)
            self._pieces.clear()

    @property
    def is_json(self) -> bool:
        return any(name == b"content-type" and value.startswith(JSON) for name, value in self.headers)


Fetch = Callable[[Asked, Captured], Awaitable[None]]
"""Asks the service the question, the answer into what is given."""


class PublicReads:
    """A bounded memory of public answers, in this process alone."""

    def __init__(self, seals: Seals, keep_s: float, most_bytes: int, cursor_life_s: int, depth: int) -> None:
        """`keep_s` is how long an answer is given again; `depth` how many pages of one list there are for anybody."""
        self._seals = seals
        self.keep_s = keep_s
        self._most_bytes = most_bytes
        self._cursor_life_s = cursor_life_s
        self._depth = depth
        self._kept: OrderedDict[str, tuple[float, Captured]] = OrderedDict()
        self._bytes = 0
        self._fetching: dict[str, asyncio.Task[Captured]] = {}

    async def answer(self, question: Asked, fetch: Fetch) -> Captured:
        """The answer: kept, or fetched once for all who ask now. Refuses cursors of other lists, or run out."""
        page, inner = 1, question
        if question.cursor is not None:
            page, cursor = self._opened(question.cursor, question.listing)
            inner = question.at(cursor)
        key = f"{page} {inner.key}"
        kept = self._kept.get(key)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        task = self._fetching.get(key)
        if task is None:
            task = self._fetching[key] = asyncio.create_task(self._fetched(key, inner, page, fetch))
            task.add_done_callback(lambda done: self._settled(key, done))
        return await asyncio.shield(task)

    def _settled(self, key: str, task: asyncio.Task[Captured]) -> None:
        self._fetching.pop(key, None)
        if not task.cancelled():
            task.exception()  # whoever waited has seen it; nobody may be left to

    async def _fetched(self, key: str, question: Asked, page: int, fetch: Fetch) -> Captured:
        found = Captured()
        await fetch(question, found)
        if found.status == 200 and found.is_json:
            self._make_public(found, question, page)
            self._keep(key, found)
        return found

    def _make_public(self, found: Captured, question: Asked, page: int) -> None:
        found.body, hidden = publication.cleaned(found.body)
        if hidden:
            log.logger().error("public_answer_hid_numbers", count=hidden, path=question.path)
        window = int(time.time()) // self._half_life_s
        digest = hashlib.sha256(b"%d %d " % (window, page) + found.body).hexdigest()[:32]
        found.etag = b'W/"%b"' % digest.encode()
        matches = list(_CURSOR.finditer(found.body))
        if matches:
            match = matches[-1]
            sealed = self._sealed(match.group(1).decode(), page + 1, window, question.listing)
            found.body = found.body[: match.start(1)] + sealed + found.body[match.end(1) :]

    def _keep(self, key: str, found: Captured) -> None:
        if self.keep_s <= 0:
            return
        self._forget(key)
        self._kept[key] = (time.monotonic() + self.keep_s, found)
        self._bytes += len(found.body)
        while self._kept and self._bytes > self._most_bytes:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: str) -> None:
        known = self._kept.pop(key, None)
        if known is not None:
            self._bytes -= len(known[1].body)

    @property
    def _half_life_s(self) -> int:
        return max(1, self._cursor_life_s // 2)

    def _sealed(self, cursor: str, page: int, window: int, listing: str) -> bytes:
        text = json.dumps([cursor, page, window], separators=(",", ":"))
        return urlsafe_b64encode(self._seals.seal(text, f"public cursor.{listing}")).rstrip(b"=")

    def _opened(self, cursor: str, listing: str) -> tuple[int, str]:
        """Page and service's cursor. A cursor opens only for its own list, for at least half its life."""
        try:
            raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            inner, page, window = json.loads(self._seals.open(raw, f"public cursor.{listing}"))
        except (ValueError, KeyError, InvalidTag) as error:
            raise CursorRefused() from error
        if window + 1 < int(time.time()) // self._half_life_s:
            raise CursorRefused()
        if page > self._depth:
            raise PagesTooDeep(most=self._depth)
        return page, inner

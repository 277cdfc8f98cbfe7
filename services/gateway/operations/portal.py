"""The portal's limits and memory, put together once: what anybody may ask, how often, and how it is answered."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import Send

from services.gateway.domain.public_pages import Asked, DailyCount, asked
from services.gateway.domain.rates import Rate
from services.gateway.domain.refusals.portal import PagesOfDayUsed, PortalBusy
from services.gateway.operations.public_reads import Captured, Fetch, PublicReads
from services.gateway.operations.sealing import Seals
from services.gateway.settings import Settings
from shared.chassis import clock

COMPLAINTS = "/api/v1/public/complaints"
ROOM_FOR_WORDS = 64 * 1024


class Portal:
    def __init__(self, settings: Settings, seals: Seals) -> None:
        self.reads = PublicReads(
            seals,
            settings.public_cache_s,
            settings.public_cache_bytes,
            settings.public_cursor_life_s,
            settings.public_pages_deep,
        )
        self.complaint_rate = Rate(settings.complaint_rate_per_minute, "complaint")
        self._pages = DailyCount(settings.public_pages_per_day)
        self._complaints = DailyCount(settings.complaints_per_day)
        self.complaint_limit = settings.complaint_files * settings.complaint_file_bytes + ROOM_FOR_WORDS
        """Bytes a complaint with its files may have."""
        self._arriving_most = settings.complaint_uploads_at_once
        self._arriving = 0

    def question(self, network: str, path: str, query: str) -> Asked:
        """The question asked, counted. PagesOfDayUsed when the network has read its pages of the day."""
        if not self._pages.take(network, clock.office_today()):
            raise _tomorrow()
        return asked(path, query)

    def count_complaint(self, network: str) -> None:
        if not self._complaints.take(network, clock.office_today()):
            raise _tomorrow()

    @contextmanager
    def room(self) -> Iterator[None]:
        """Room in memory for one complaint with files; PortalBusy when there is none."""
        if self._arriving >= self._arriving_most:
            raise PortalBusy()
        self._arriving += 1
        try:
            yield
        finally:
            self._arriving -= 1

    async def answer(self, question: Asked, fetch: Fetch, method: str, known: bytes, send: Send) -> None:
        """Answer a public read; 304 when the caller's If-None-Match (`known`) names what it is now."""
        found = await self.reads.answer(question, fetch)
        headers = list(found.headers)
        same = False
        if found.etag:
            life = int(self.reads.keep_s)
            headers += [(b"etag", found.etag), (b"cache-control", b"public, max-age=%d, must-revalidate" % life)]
            same = names(known, found.etag)
        body = b"" if same or method == "HEAD" else found.body
        if same:
            headers = [pair for pair in headers if pair[0] != b"content-type"]
        else:
            headers.append((b"content-length", b"%d" % len(found.body)))
        await send({"type": "http.response.start", "status": 304 if same else found.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def names(known: bytes, etag: bytes) -> bool:
    """Whether If-None-Match names this ETag, compared weakly (RFC 9110 13.1.2)."""
    listed = {part.strip().removeprefix(b"W/") for part in known.split(b",")}
    return b"*" in listed or etag.removeprefix(b"W/") in listed


def _tomorrow() -> PagesOfDayUsed:
    refusal = PagesOfDayUsed()
    refusal.retry_after_s = max(1, int(clock.end_of(clock.office_today()).timestamp() - time.time()))
    return refusal


__all__ = ["COMPLAINTS", "Captured", "Portal", "names"]

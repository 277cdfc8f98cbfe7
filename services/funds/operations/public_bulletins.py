"""Bulletins of progress for everybody, from what offices sent and can no longer change."""

from __future__ import annotations

import json

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.operations.report_files import bulletin_of_content
from services.funds.operations.shapes import before_of
from services.funds.storage import public_bulletins as storage
from shared.chassis import paging
from shared.schemas.funds_public import PublishedBulletin
from shared.schemas.wire import Page

PERCENT_PLACES = 2


async def bulletins(
    session: AsyncSession, area: str, fund_year: int | None, kind: str | None, cursor: str | None, limit: int
) -> Page[PublishedBulletin]:
    """Bulletins of an area, newest first."""
    found = await storage.newest(session, area, fund_year, kind, before_of(cursor), limit + 1)
    items = []
    for row, text in found[:limit]:
        content = json.loads(text)
        items.append(
            PublishedBulletin(
                division_name=row.division_name,
                kind=row.kind,
                kind_label=content["kind_label"],
                period=row.period,
                edition=row.edition,
                batch=row.batch,
                fund_kind=row.fund_kind,
                special=row.special,
                sent_on=row.sent_on,
                bulletin=bulletin_of_content(content, PERCENT_PLACES),
            )
        )
    return Page(items=items, next_cursor=paging.encode(found[limit - 1][0].id) if len(found) > limit else None)

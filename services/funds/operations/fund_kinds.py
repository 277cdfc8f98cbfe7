"""The kind of money a request names."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.refusals.documents import FundKindUnknown
from services.funds.storage import lists
from services.funds.storage.tables import FundKind


async def named(session: AsyncSession, code: str | None) -> FundKind | None:
    """The kind, None when none is named. Raises FundKindUnknown."""
    if code is None:
        return None
    found = await lists.fund_kind(session, code)
    if found is None:
        raise FundKindUnknown()
    return found

"""SQL of donations: the next receipt number."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import DonationReceiptNumber


async def next_receipt_number(session: AsyncSession, county_code: str, year: int) -> int:
    """The county's next number of the year, held until the donation is committed: a refused one leaves no gap."""
    table = DonationReceiptNumber
    statement = insert(table).values(county_code=county_code, year=year, last=1)
    statement = statement.on_conflict_do_update(
        index_elements=[table.county_code, table.year], set_={"last": table.last + 1}
    )
    number = await session.scalar(statement.returning(table.last))
    return int(number or 0)

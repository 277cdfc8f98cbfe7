"""SQL of donations: the next receipt number, and which were undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import Donation, DonationReceiptNumber, DonationReversal


async def next_receipt_number(session: AsyncSession, county_code: str, year: int) -> int:
    """The county's next number of the year, held until the donation is committed: a refused one leaves no gap."""
    table = DonationReceiptNumber
    statement = insert(table).values(county_code=county_code, year=year, last=1)
    statement = statement.on_conflict_do_update(
        index_elements=[table.county_code, table.year], set_={"last": table.last + 1}
    )
    number = await session.scalar(statement.returning(table.last))
    return int(number or 0)


async def next_entry(session: AsyncSession, county_code: str, bank_reference: str) -> int:
    """The number of the next donation of a reference; one that stands keeps it, and the next is refused."""
    undone = await session.scalar(
        select(func.count())
        .select_from(DonationReversal)
        .join(Donation, Donation.id == DonationReversal.donation_id)
        .where(
            Donation.county_code == county_code,
            Donation.bank_reference == bank_reference,
            DonationReversal.state == "approved",
        )
    )
    return 1 + int(undone or 0)


async def reversed_on(session: AsyncSession, donation_ids: Sequence[int]) -> dict[int, date | None]:
    """By donation that was undone: the day of it."""
    query = select(DonationReversal.donation_id, DonationReversal.decided_on).where(
        DonationReversal.donation_id.in_(donation_ids), DonationReversal.state == "approved"
    )
    return {row.donation_id: row.decided_on for row in await session.execute(query)}

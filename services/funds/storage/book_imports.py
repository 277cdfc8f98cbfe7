"""SQL of opening books: what was sent in, what is wrong with it, what it became."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, func, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.funds.domain.documents import stated_key
from services.funds.storage.tables import (
    Allocation,
    BookImport,
    BookImportEntry,
    BookImportFault,
    BookImportFile,
    BookImportLine,
    Claim,
    DividendShare,
    Document,
    GrantBatch,
    LedgerAccount,
    LedgerTransfer,
    Payment,
    PaymentReturn,
)
from services.funds.storage.trace import one_of
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within

CAUSE = "book_import"


async def add(
    session: AsyncSession,
    row: BookImport,
    files: Sequence[BookImportFile],
    lines: Sequence[BookImportLine],
    faults: Sequence[BookImportFault],
) -> None:
    """Insert the books with their bytes, lines and faults; the same lines twice violate uq_book_imports_content."""
    session.add(row)
    await session.flush()
    parts: list[BookImportFile | BookImportLine | BookImportFault] = [*files, *lines, *faults]
    for part in parts:
        part.import_id = row.id
    session.add_all(parts)
    await session.flush()


async def open_accounts(session: AsyncSession, wanted: list[dict[str, Any]]) -> Sequence[LedgerAccount]:
    """New, empty accounts in the order of their values."""
    made = insert(LedgerAccount).returning(LedgerAccount, sort_by_parameter_order=True)
    return (await session.scalars(made, wanted)).all()


async def visible(session: AsyncSession, actor: Actor, import_id: int, *, lock: bool = False) -> BookImport | None:
    query = select(BookImport).where(BookImport.id == import_id, in_scope(BookImport.division_code, actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).first()


async def stands(session: AsyncSession, division_code: str, content_sha256: str) -> bool:
    """Whether books of the same content wait for a decision or are posted."""
    same = exists().where(
        BookImport.division_code == division_code,
        BookImport.content_sha256 == content_sha256,
        BookImport.state.in_(("checked", "posted")),
    )
    return bool(await session.scalar(select(same)))


async def list_visible(
    session: AsyncSession, actor: Actor, area: str, fund_year: int | None, before_id: int | None, limit: int
) -> Sequence[BookImport]:
    """Books sent in for the area, newest first."""
    query = (
        select(BookImport)
        .where(in_scope(BookImport.division_code, actor), within(BookImport.division_code, area))
        .order_by(BookImport.id.desc())
        .limit(limit)
    )
    if fund_year is not None:
        query = query.where(BookImport.fund_year == fund_year)
    if before_id is not None:
        query = query.where(BookImport.id < before_id)
    return (await session.scalars(query)).all()


async def lines(session: AsyncSession, import_id: int) -> Sequence[BookImportLine]:
    query = select(BookImportLine).where(BookImportLine.import_id == import_id)
    return (await session.scalars(query.order_by(BookImportLine.part, BookImportLine.row))).all()


async def faults(
    session: AsyncSession, import_id: int, after: int = 0, limit: int | None = None
) -> Sequence[BookImportFault]:
    """Faults by sheet and row, from the one after `after` on."""
    query = (
        select(BookImportFault)
        .where(BookImportFault.import_id == import_id, BookImportFault.number > after)
        .order_by(BookImportFault.number)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def files(session: AsyncSession, import_id: int) -> Sequence[BookImportFile]:
    query = select(BookImportFile).where(BookImportFile.import_id == import_id).order_by(BookImportFile.part)
    return (await session.scalars(query)).all()


async def entries(session: AsyncSession, import_id: int, subject_type: str) -> list[int]:
    """What the lines became: ids of things of one type."""
    query = select(BookImportEntry.subject_id).where(
        BookImportEntry.import_id == import_id, BookImportEntry.subject_type == subject_type
    )
    return list(await session.scalars(query.order_by(BookImportEntry.id)))


async def origins(session: AsyncSession, things: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """By type and number: the opening books a thing came by; only those that came by any."""
    by_type: dict[str, list[int]] = {}
    for kind, number in things:
        by_type.setdefault(kind, []).append(number)
    found: dict[tuple[str, int], int] = {}
    for kind, numbers in by_type.items():
        query = select(BookImportEntry.subject_id, BookImportEntry.import_id).where(
            BookImportEntry.subject_type == kind, one_of(BookImportEntry.subject_id, numbers)
        )
        found |= {(kind, own): import_id for own, import_id in await session.execute(query)}
    return found


async def undone_among(session: AsyncSession, import_ids: Iterable[int]) -> set[int]:
    """Which of these books were undone."""
    query = select(BookImport.id).where(one_of(BookImport.id, sorted(set(import_ids))), BookImport.state == "undone")
    return set(await session.scalars(query))


def undone(subject_type: str, subject_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """SQL: the thing came by opening books that were undone."""
    return exists().where(
        BookImportEntry.subject_type == subject_type,
        BookImportEntry.subject_id == subject_id,
        BookImport.id == BookImportEntry.import_id,
        BookImport.state == "undone",
    )


async def taken_numbers(session: AsyncSession, division_code: str, keys: Sequence[str]) -> dict[str, bool]:
    """Which document numbers (as compared) are in the way of a county's books, and whether only by books undone.

    What other counties' books say a document of a level above gave them is not.
    """
    if not keys:
        return {}
    plain = {stated_key(key, division_code): key for key in keys} | {key: key for key in keys}
    number_key = func.split_part(Document.number_key, "#", 1)  # whichever entry of the number
    elsewhere = exists().where(
        BookImportEntry.subject_type == "document",
        BookImportEntry.subject_id == Document.id,
        BookImport.id == BookImportEntry.import_id,
        BookImport.division_code != division_code,
    )
    query = (
        select(number_key, func.bool_and(undone("document", Document.id)))
        .where(number_key.in_(plain), ~elsewhere)
        .group_by(number_key)
    )
    found: dict[str, bool] = {}
    for key, only_undone in await session.execute(query):
        found[plain[key]] = found.get(plain[key], True) and bool(only_undone)
    return found


async def taken_vouchers(session: AsyncSession, county_code: str, numbers: Sequence[str]) -> set[str]:
    if not numbers:
        return set()
    query = select(Payment.order_no).where(Payment.county_code == county_code, Payment.order_no.in_(numbers))
    return set(await session.scalars(query))


async def taken_references(session: AsyncSession, county_code: str, references: Sequence[str]) -> dict[str, bool]:
    """Which bank references are in the county's books, and whether only by returns of books that were undone."""
    if not references:
        return {}
    own = Payment.county_code == county_code
    paid = await session.scalars(select(Payment.bank_reference).where(own, Payment.bank_reference.in_(references)))
    taken = {reference: False for reference in paid if reference is not None}
    gone = undone("return", PaymentReturn.id)
    query = select(PaymentReturn.bank_reference, gone).where(
        PaymentReturn.county_code == county_code, PaymentReturn.bank_reference.in_(references)
    )
    return taken | {reference: bool(only) for reference, only in await session.execute(query)}


async def allocated_to(session: AsyncSession, codes: Sequence[str], fund_year: int) -> dict[str, int]:
    """By project: fen of its plan line proposed or approved."""
    query = (
        select(Allocation.project_code, func.sum(Allocation.amount_fen - Allocation.reduced_fen))
        .where(Allocation.project_code.in_(codes), Allocation.fund_year == fund_year, Allocation.state != "refused")
        .group_by(Allocation.project_code)
    )
    return {code: int(fen) for code, fen in await session.execute(query)} if codes else {}


async def live_from(session: AsyncSession, county_code: str, fund_year: int) -> date | None:
    """The first day of an allocation, claim, grant list or payment of the fund year that came by no opening books."""
    firsts: list[date] = []
    for kind, table, day in (
        ("allocation", Allocation, Allocation.proposed_on),
        ("claim", Claim, Claim.claimed_on),
        ("payment", Payment, Payment.ordered_on),
        ("grant_batch", GrantBatch, GrantBatch.prepared_on),
    ):
        imported = exists().where(BookImportEntry.subject_type == kind, BookImportEntry.subject_id == table.id)
        query = select(func.min(day)).where(table.county_code == county_code, table.fund_year == fund_year, ~imported)
        first = await session.scalar(query)
        firsts += [first] if first is not None else []
    return min(firsts, default=None)


async def transfers(session: AsyncSession, import_id: int) -> Sequence[LedgerTransfer]:
    """The movements of the books, newest first: the order in which they are undone."""
    query = select(LedgerTransfer).where(
        LedgerTransfer.cause_type == CAUSE, LedgerTransfer.cause_id == import_id, LedgerTransfer.reverses.is_(None)
    )
    return (await session.scalars(query.order_by(LedgerTransfer.id.desc()))).all()


async def built_upon(session: AsyncSession, import_id: int, account_ids: Sequence[int]) -> bool:
    """Whether money moved on these accounts for another reason than the books themselves, or is invested for a
    household."""
    invested = exists().where(
        BookImportEntry.import_id == import_id,
        BookImportEntry.subject_type == "allocation",
        DividendShare.allocation_id == BookImportEntry.subject_id,
        DividendShare.state != "refused",
    )
    if await session.scalar(select(invested)):
        return True
    other = tuple_(LedgerTransfer.cause_type, LedgerTransfer.cause_id) != (CAUSE, import_id)
    for column in (LedgerTransfer.debit_id, LedgerTransfer.credit_id):
        for start in range(0, len(account_ids), 5_000):
            piece = account_ids[start : start + 5_000]
            if await session.scalar(select(exists().where(column.in_(piece), other))):
                return True
    return False


async def claimed_again(session: AsyncSession, import_id: int) -> bool:
    """Whether a payment of these books, whose own claims are refused by now, was claimed again from whatever money."""
    again = exists().where(
        BookImportEntry.import_id == import_id,
        BookImportEntry.subject_type == "claim",
        Claim.repeats_claim_id == BookImportEntry.subject_id,
        Claim.state != "refused",
    )
    return bool(await session.scalar(select(again)))

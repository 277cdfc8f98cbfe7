"""SQL of spending reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.funds.domain.progress_reports import money_of
from services.funds.storage.book_imports import undone
from services.funds.storage.tables import (
    DivisionName,
    ProgressReport,
    ProgressReportContent,
    Receipt,
    ReportCorrection,
    ReportKind,
)
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def kinds(session: AsyncSession) -> Sequence[ReportKind]:
    return (await session.scalars(select(ReportKind).order_by(ReportKind.code))).all()


async def kind(session: AsyncSession, code: str) -> ReportKind | None:
    return await session.get(ReportKind, code)


async def add(session: AsyncSession, row: ProgressReport | ProgressReportContent | ReportCorrection) -> None:
    session.add(row)
    await session.flush()


async def visible(session: AsyncSession, actor: Actor, row_id: int, *, lock: bool = False) -> ProgressReport | None:
    query = select(ProgressReport).where(ProgressReport.id == row_id, in_scope(ProgressReport.division_code, actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).first()


async def newest_edition(session: AsyncSession, report: ProgressReport) -> ProgressReport | None:
    """The newest edition of the same place, period and money that was not withdrawn."""
    same = ("division_code", "fund_year", "kind", "period", "money")
    query = (
        select(ProgressReport)
        .where(*(getattr(ProgressReport, name) == getattr(report, name) for name in same))
        .where(ProgressReport.state != "withdrawn")
        .order_by(ProgressReport.edition.desc())
        .limit(1)
    )
    return (await session.scalars(query)).first()


async def content(session: AsyncSession, report_id: int) -> str | None:
    """The frozen content, as the text that was hashed."""
    query = select(ProgressReportContent.content).where(ProgressReportContent.report_id == report_id)
    return (await session.scalars(query)).first()


@dataclass(frozen=True, slots=True)
class Asked:
    """Which reports a list is asked for."""

    area: str
    kind: str | None = None
    fund_year: int | None = None
    period: str | None = None
    state: str | None = None


async def list_visible(
    session: AsyncSession, actor: Actor, asked: Asked, before_id: int | None, limit: int
) -> Sequence[ProgressReport]:
    """Reports of an area, newest first."""
    row = ProgressReport
    query = (
        select(row)
        .where(in_scope(row.division_code, actor), within(row.division_code, asked.area))
        .order_by(row.id.desc())
        .limit(limit)
    )
    for name in ("kind", "fund_year", "period", "state"):
        if (value := getattr(asked, name)) is not None:
            query = query.where(getattr(row, name) == value)
    if before_id is not None:
        query = query.where(row.id < before_id)
    return (await session.scalars(query)).all()


async def places_with_money(
    session: AsyncSession, actor: Actor, area: str, fund_year: int, by: date
) -> dict[str, str | None]:
    """Places of the area that had received money of a fund year by a day, with their names."""
    query = (
        select(Receipt.division_code, func.min(DivisionName.name))
        .outerjoin(DivisionName, DivisionName.code == Receipt.division_code)
        .where(in_scope(Receipt.division_code, actor), within(Receipt.division_code, area))
        .where(Receipt.fund_year == fund_year, Receipt.received_on <= by, ~undone("receipt", Receipt.id))
        .group_by(Receipt.division_code)
        .order_by(Receipt.division_code)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def first_sent(
    session: AsyncSession, area: str, fund_year: int, kind_code: str, period: str, by: date
) -> dict[str, tuple[date, date]]:
    """By place: the day its report of a period on all its money was first sent, if that was by a day, and due."""
    row = ProgressReport
    query = (
        select(row.division_code, func.min(row.sent_on), func.min(row.due_on))
        .where(within(row.division_code, area), row.fund_year == fund_year, row.kind == kind_code)
        .where(row.period == period, row.sent_on <= by, row.money == money_of(None, None, None))
        .group_by(row.division_code)
    )
    return {code: (sent_on, due_on) for code, sent_on, due_on in await session.execute(query) if sent_on is not None}


async def newest_stated(session: AsyncSession, division_code: str, fund_year: int, by: date) -> ProgressReport | None:
    """The newest report of a place sent by a day that states reduction figures, in the last edition sent by then."""
    row, later = ProgressReport, aliased(ProgressReport)
    same = ("division_code", "fund_year", "kind", "period", "money")
    replaced = exists().where(
        *(getattr(later, name) == getattr(row, name) for name in same),
        later.edition > row.edition,
        later.sent_on <= by,
    )
    query = (
        select(row)
        .where(row.division_code == division_code, row.fund_year == fund_year, row.reduction.is_not(None))
        .where(row.as_of <= by, row.sent_on <= by, ~replaced)
        .order_by(row.as_of.desc(), row.edition.desc(), row.id.desc())
        .limit(1)
    )
    return (await session.scalars(query)).first()


async def correction(
    session: AsyncSession, actor: Actor, report_id: int, row_id: int, *, lock: bool = False
) -> ReportCorrection | None:
    row = ReportCorrection
    query = select(row).where(row.id == row_id, row.report_id == report_id, in_scope(row.division_code, actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).first()


async def corrections(session: AsyncSession, report_id: int) -> Sequence[ReportCorrection]:
    query = select(ReportCorrection).where(ReportCorrection.report_id == report_id).order_by(ReportCorrection.id)
    return (await session.scalars(query)).all()


async def consented(session: AsyncSession, report_id: int) -> bool:
    """Whether the superior has consented to a correction of a report."""
    query = select(ReportCorrection.id).where(
        ReportCorrection.report_id == report_id, ReportCorrection.state == "consented"
    )
    return (await session.scalars(query)).first() is not None

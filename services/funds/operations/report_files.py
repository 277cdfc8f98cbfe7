"""Reports and bulletins as files, written from the frozen content alone; and the bulletin of any day as figures."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import progress
from services.funds.domain.progress_reports import wan_text
from services.funds.domain.questions import Question
from services.funds.domain.refusals.grants import AsOfTooEarly
from services.funds.domain.report_contents import sha256_of
from services.funds.domain.report_pages import UNIT, Document, bulletin_of, bulletin_title, rates_of, report_of
from services.funds.operations import area_names, report_contents, spending
from services.funds.operations import progress_reports as reports
from services.funds.storage import sessions
from services.funds.storage.book_workbooks import XLSX_MEDIA_TYPE
from services.funds.storage.report_workbooks import workbook_of
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import require_in_scope
from shared.schemas import funds_progress_reports as wire

PIECE = 256 * 1024
MEDIA_TYPES = {"xlsx": XLSX_MEDIA_TYPE, "pdf": "application/pdf"}


async def file(
    session: AsyncSession,
    actor: Actor,
    row_id: int,
    document: wire.ReportDocument,
    form: wire.ReportFormat,
    places: int,
) -> tuple[str, bytes]:
    """Name and bytes of a sent report's file. Raises ReportNotSent."""
    row = await reports.seen(session, actor, row_id)
    text = await reports.frozen_text(session, row)
    content, mark = json.loads(text), sha256_of(text)
    pages = report_of(content, mark) if document == "report" else bulletin_of(content, mark, places)
    written = await asyncio.to_thread(workbook_of if form == "xlsx" else _pdf_of, pages)
    return f"{document}-{row.division_code}-{row.period}-{row.edition}.{form}", written


def _pdf_of(document: Document) -> bytes:
    """The library is loaded with the first PDF: a service that writes none does without its memory."""
    from services.funds.storage.report_pdfs import pdf_of

    return pdf_of(document)


def pieces(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), PIECE):
        yield content[start : start + PIECE]


async def bulletin(session: AsyncSession, actor: Actor, row_id: int, places: int) -> wire.RankingBulletin:
    """The ranking bulletin of a report: of what was sent, or of a draft's figures of now."""
    await sessions.one_moment(session)
    row = await reports.seen(session, actor, row_id)
    content = await reports.content_of(session, actor, row)
    return bulletin_of_content(content.model_dump(mode="json"), places)


async def ranking(
    session: AsyncSession, actor: Actor, peer: Peer, question: Question, places: int
) -> wire.RankingBulletin:
    """The ranking bulletin of any day, as the books have it now."""
    require_in_scope(actor, question.area)
    if question.as_of < date(question.fund_year - 1, 1, 1):
        raise AsOfTooEarly(not_before=date(question.fund_year - 1, 1, 1).isoformat())
    name = await area_names.name_of(session, actor, peer, question.area)
    await sessions.one_moment(session)
    by = await report_contents.measured(session, question)
    groups = await spending.groups(session, by.question, "division")
    found = await report_contents.areas_of(session, groups, by, name)
    total = progress.Totals()
    for totals in groups.values():
        total += totals
    content = {
        "division_code": question.area,
        "division_name": name,
        "fund_year": question.fund_year,
        "as_of": question.as_of,
        "definition": (await report_contents.definition_of(session, by, total)).model_dump(),
        "total": report_contents.measures_of(total, by),
        "areas": [area.model_dump() for area in found.areas],
        "areas_without_money": found.without_money,
    }
    return bulletin_of_content(content, places)


def bulletin_of_content(content: Mapping[str, Any], places: int) -> wire.RankingBulletin:
    """The ranking bulletin of a report's content."""
    rule = content["definition"]
    rows = [_row(row, rule["pace_exact"], places) for row in content["areas"]]
    total = {"key": "", "label": "合计", "rank": None} | content["total"]
    return wire.RankingBulletin(
        title=bulletin_title(content["division_name"], content["fund_year"]),
        division_code=content["division_code"],
        fund_year=content["fund_year"],
        as_of=content["as_of"],
        unit=UNIT,
        target_percent=rule["target_percent"],
        pace_percent=rule["pace_percent"],
        rows=[row for row in rows if row.rank is not None],
        unranked=[row for row in rows if row.rank is None],
        without_money=content["areas_without_money"],
        total=_row(total, rule["pace_exact"], places),
    )


def _row(row: Mapping[str, Any], pace: str, places: int) -> wire.BulletinRow:
    rates = rates_of(row, pace, places)
    return wire.BulletinRow(
        key=row["key"],
        label=row["label"],
        rank=row["rank"],
        received_wan=wan_text(row["received_fen"]),
        spent_wan=wan_text(row["spent_fen"]),
        unspent_wan=wan_text(row["unspent_fen"]),
        progress_percent=rates.progress,
        points_ahead=rates.points_ahead,
        balance_percent=rates.balance,
    )

"""A document as a PDF: A4 across, the reader's own Chinese font, page numbers, the same bytes each time."""
# mypy: disallow-untyped-calls=False
# The library ships no annotations.

from __future__ import annotations

import io
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus.doctemplate import SimpleDocTemplate
from reportlab.platypus.flowables import Spacer
from reportlab.platypus.paragraph import Paragraph
from reportlab.platypus.tables import LongTable, TableStyle

from services.funds.domain.report_pages import Document, Table, text_of

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))
_PAGE = landscape(A4)
_MARGIN = 14 * mm
_TITLE = ParagraphStyle("title", fontName=FONT, fontSize=16, leading=22, alignment=TA_CENTER, wordWrap="CJK")
_LINE = ParagraphStyle("line", fontName=FONT, fontSize=9, leading=13, wordWrap="CJK")
_UNIT = ParagraphStyle("unit", parent=_LINE, alignment=TA_RIGHT)
_PART = ParagraphStyle("part", parent=_LINE, fontSize=11, leading=18, spaceBefore=6)
_CELL = ParagraphStyle("cell", parent=_LINE, fontSize=8, leading=10)
_HEADER = ParagraphStyle("header", parent=_CELL, alignment=TA_CENTER)
_NUMBER = ParagraphStyle("number", parent=_CELL, alignment=TA_RIGHT)
_GRID = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.black),
        ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
)


def pdf_of(document: Document) -> bytes:
    """The file's bytes; its dates are the document's, so that the same document is the same file."""
    target = io.BytesIO()
    template = SimpleDocTemplate(
        target, pagesize=_PAGE, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=20 * mm,
        title=document.title, author="", subject=document.footer, creator="Lika", invariant=1,
    )  # fmt: skip
    story: list[Any] = [
        Paragraph(escape(document.title), _TITLE),
        *(Paragraph(escape(line), _LINE) for line in document.lines),
    ]
    for table in document.tables:
        story += [Paragraph(escape(table.title), _PART), Paragraph(document.unit, _UNIT), _table(table)]
    signed = "&nbsp;&nbsp;&nbsp;&nbsp;".join(f"{escape(words)}______________" for words in document.signatures)
    story += [Spacer(1, 10 * mm), Paragraph(signed, _LINE)]
    template.build(story, canvasmaker=lambda *args, **more: _Numbered(document, *args, **more))
    return target.getvalue()


def _table(table: Table) -> Any:
    if not table.rows:
        return Paragraph("无", _LINE)
    head = [Paragraph(escape(column.header), _HEADER) for column in table.columns]
    body = [
        [
            Paragraph(escape(text_of(column.kind, value)), _CELL if column.kind == "text" else _NUMBER)
            for column, value in zip(table.columns, row, strict=True)
        ]
        for row in table.rows
    ]
    whole = sum(column.width for column in table.columns)
    room = min(_PAGE[0] - 2 * _MARGIN, whole * 2.4 * mm)
    widths = [room * column.width / whole for column in table.columns]
    return LongTable([head, *body], colWidths=widths, repeatRows=1, style=_GRID)


class _Numbered(Canvas):
    """Writes the footer of every page once their number is known."""

    def __init__(self, document: Document, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._document = document
        self._pages: list[dict[str, Any]] = []
        stamp: Any = self._doc._timeStamp  # the library knows the epoch or now; a report has a day of its own
        stamp.t, stamp.lt = document.moment.timestamp(), document.moment.timetuple()
        stamp.YMDhms = tuple(stamp.lt)[:6]

    def showPage(self) -> None:  # noqa: N802 - the library's name
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self.setFont(FONT, 8)
            self.drawString(_MARGIN, 10 * mm, self._document.footer)
            self.drawRightString(_PAGE[0] - _MARGIN, 10 * mm, f"第{number}页 共{len(self._pages)}页")
            super().showPage()
        super().save()

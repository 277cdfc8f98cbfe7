"""People sheets as files: csv text as a county exports it, and xlsx workbooks.

The workbook is written here and not by a library, because a run needs hundreds of thousands of rows of a hundred
columns and would mostly wait for them. Cells are shared strings, as spreadsheet programs keep text.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from xlsxwriter.utility import xl_col_to_name

from bench.families import HEADERS
from services.registry.domain.workbook_columns import SHEET

Row = list[str]

_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPES}.sharedStrings+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        f'<sheet name="{SHEET}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    ),
}


def csv_bytes(rows: Iterable[Row], headers: Sequence[str] = HEADERS) -> bytes:
    """The header row and the rows, UTF-8; with some headers only, these columns."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(headers)
    if headers is HEADERS:
        writer.writerows(rows)
    else:
        places = [HEADERS.index(header) for header in headers]
        writer.writerows([row[place] for place in places] for row in rows)
    return target.getvalue().encode()


def write_xlsx(path: Path, rows: Iterable[Row]) -> None:
    """The same as a workbook of text cells; an empty cell stays unwritten."""
    strings: dict[str, int] = {}
    columns = [xl_col_to_name(column) for column in range(len(HEADERS))]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, content in _PARTS.items():
            book.writestr(name, _HEAD + content)
        with book.open("xl/worksheets/sheet1.xml", "w") as page:
            page.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for line, row in enumerate((list(HEADERS), *rows), start=1):
                cells = "".join(
                    f'<c r="{columns[column]}{line}" t="s"><v>{strings.setdefault(cell, len(strings))}</v></c>'
                    for column, cell in enumerate(row)
                    if cell
                )
                page.write(f'<row r="{line}">{cells}</row>'.encode())
            page.write(b"</sheetData></worksheet>")
        texts = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
        book.writestr("xl/sharedStrings.xml", f'{_HEAD}<sst xmlns="{_MAIN}">{texts}</sst>')

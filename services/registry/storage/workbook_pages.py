"""A page of a workbook that takes a row of plain text in one piece; other rows the library writes cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TextIO

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

MOST_COLUMNS = 256
MOST_TEXT = 32_000
"""A row of fewer characters has no cell that is too long."""
_LETTERS = tuple(xl_col_to_name(place) for place in range(MOST_COLUMNS))
_ASKS_FOR_CARE = ("&", "<", ">", "_x", " ")
"""What has to be spelt otherwise in XML, in a cell, or at the edge of a text."""


class Page(Worksheet):
    """A page of a workbook in constant memory: rows come in order and are not held."""

    row_data_fh: TextIO | None  # type: ignore[assignment]
    """The library's file of rows already written, as XML."""

    def write_plain(self, number: int, row: Sequence[Any]) -> bool:
        """Write a row, counted from 0, if all its cells are texts in which nothing is unusual; False if not."""
        filled = [
            (letters, cell) for letters, cell in zip(_LETTERS, row, strict=False) if cell or cell not in ("", None)
        ]
        try:
            text = "".join([cell for _, cell in filled])
        except TypeError:
            return False
        if len(row) > MOST_COLUMNS or len(text) > MOST_TEXT or not text.isprintable():
            return False
        if any(sign in text for sign in _ASKS_FOR_CARE):
            return False
        if filled:
            line = str(number + 1)
            end, middle = "</t></is></c>", f'{line}" t="inlineStr"><is><t>'
            cells = "".join([f'<c r="{letters}{middle}{cell}{end}' for letters, cell in filled])
            self._write_single_row(number)
            self._check_dimensions(number, 0)
            self._check_dimensions(number, len(row) - 1)
            assert self.row_data_fh is not None
            self.row_data_fh.write(f'<row r="{line}">{cells}</row>')
        return True

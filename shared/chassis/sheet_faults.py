"""Why a sheet cannot be read as a whole."""

from __future__ import annotations


class BadSheet(Exception):
    """`kind` is one of `unreadable`, `sheet_missing`, `too_large`, `too_many_rows`, `too_many_columns`,
    `too_many_merged`, `unsafe`, `quote_broken`, `line_too_long`, `not_commas`; `facts` are places (lines, columns,
    sheets), never what stands there."""

    def __init__(self, kind: str, **facts: int | str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.facts: dict[str, int | str] = facts

"""Cells of workbooks that we write."""

from __future__ import annotations


def plain(text: str) -> str:
    """A text that is written as what it says. The library takes one between `<r>` and `</r>` for XML of its own and
    would write it as it stands: somebody's note could break a whole report. Such a one gets a blank behind it."""
    return text + " " if text.startswith("<r>") and text.endswith("</r>") else text

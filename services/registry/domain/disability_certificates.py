"""Certificates of disability (残疾人证): 18 characters of the identity number, category, grade; two more on reissue."""

from __future__ import annotations

import re

_FORM = re.compile(r"[1-9][0-9]{16}[0-9X][1-7][1-4]([0-9A-Z]{2})?", re.ASCII)
SEVERE = ("1", "2")
"""Grades one and two."""


def well_formed(certificate: str) -> bool:
    """20 characters, or 22 of a reissued one: number, category 1 to 7, grade 1 to 4."""
    return _FORM.fullmatch(certificate) is not None


def number_of(certificate: str) -> str:
    """The identity number a well-formed certificate begins with."""
    return certificate[:18]


def category_of(certificate: str) -> str:
    return certificate[18]


def grade_of(certificate: str) -> str:
    return certificate[19]

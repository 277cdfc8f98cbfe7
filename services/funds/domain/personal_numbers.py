"""Numbers of people in free words: identity, telephone and account numbers, however they are parted."""

from __future__ import annotations

import re
import unicodedata

_PARTED = r"[\s\-\u00ad\u200b-\u200d\u2010-\u2015\u2212\u2060\ufeff]*"
"""Spaces, hyphens, dashes and what is not seen; full-width ones are plain after NFKC."""
_NUMBER = re.compile(rf"\d(?:{_PARTED}\d){{10,}}")
"""Eleven digits or more; document numbers (〔2019〕1387号), days and sums have less."""
_DAYS = re.compile(rf"(?:(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:{_PARTED}|$))+", re.ASCII)


def holds_number(text: str) -> bool:
    """Whether the words hold what may be a person's number; days in a row (2026-11-22 2026-12-01) are none."""
    plain = unicodedata.normalize("NFKC", text)
    return any(not _DAYS.fullmatch(found.group()) for found in _NUMBER.finditer(plain))

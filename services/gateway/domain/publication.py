"""What never leaves as public: identity numbers, mobile telephones and bank accounts somebody typed into a free text.

The services publish by white lists of fields; this is the second lock, for what stands inside a field of words.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

HIDDEN = "[已隐去]"
_IDENTITY = re.compile(r"(?<![0-9])(?<![0-9]\.)[1-9][0-9]{5}[ -]?(?:18|19|20)[0-9]{6}[ -]?[0-9]{3}[0-9Xx](?![0-9])")
_TELEPHONE = re.compile(r"(?<![0-9])(?<![0-9]\.)(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])")
_ACCOUNT = re.compile(r"(?<![0-9])(?<![0-9]\.)[1-9](?:[ -]?[0-9]){15,18}(?![0-9])")
_SUSPICIOUS = re.compile(rb"[0-9](?:[ -]?[0-9Xx]){10}")
_NUMBERED = ("_code", "_codes", "_no", "cursor", "sha256", "id")
"""Members that hold numbers the suite gives itself."""
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def findings(text: str) -> list[tuple[int, int]]:
    """Where a text holds a number nobody may publish: by check digit where there is one, telephones by their form."""
    found = [match.span() for match in _IDENTITY.finditer(text) if _is_identity(match.group())]
    found += [match.span() for match in _TELEPHONE.finditer(text)]
    found += [match.span() for match in _ACCOUNT.finditer(text) if _is_account(match.group())]
    return sorted(found)


def hidden(text: str) -> tuple[str, int]:
    """The text without such numbers, and how many there were."""
    found = findings(text)
    pieces, end = [], 0
    for start, stop in found:
        if start >= end:
            pieces += [text[end:start], HIDDEN]
        end = max(end, stop)
    return "".join([*pieces, text[end:]]), len(found)


def cleaned(body: bytes) -> tuple[bytes, int]:
    """A JSON answer without such numbers in its texts, and how many there were; as it is when there are none."""
    if _SUSPICIOUS.search(body) is None:
        return body, 0
    value, count = _cleaned(json.loads(body), "")
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), count) if count else (body, 0)


def _cleaned(value: Any, name: str) -> tuple[Any, int]:
    if isinstance(value, str):
        return (value, 0) if name.endswith(_NUMBERED) else hidden(value)
    if isinstance(value, dict):
        members = {key: _cleaned(inner, key) for key, inner in value.items()}
        return {key: inner for key, (inner, _) in members.items()}, sum(count for _, count in members.values())
    if isinstance(value, list):
        items = [_cleaned(inner, name) for inner in value]
        return [inner for inner, _ in items], sum(count for _, count in items)
    return value, 0


def _is_identity(text: str) -> bool:
    """Check digit and birthday (GB 11643)."""
    plain = re.sub("[ -]", "", text).upper()
    try:
        date(int(plain[6:10]), int(plain[10:12]), int(plain[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(plain[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == plain[17]


def _is_account(text: str) -> bool:
    """Check digit of bank cards (Luhn)."""
    total = 0
    for place, digit in enumerate(reversed(re.sub("[ -]", "", text))):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0

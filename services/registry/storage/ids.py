"""Ids of rows: UUID version 7 (RFC 9562), so that rows made together lie together in every index."""

from __future__ import annotations

import os
import time
from uuid import UUID


def new_texts(count: int) -> list[str]:
    """Ids as text, of rows made together, in rising order: written in it, they fill the pages of an index one after
    the other, where ids in no order leave a third of each empty."""
    moment = f"{time.time_ns() // 1_000_000:012x}"
    begin = f"{moment[:8]}-{moment[8:]}-7"
    random = os.urandom(10 * count).hex()
    return sorted(
        f"{begin}{random[at : at + 3]}-{_VARIANT[random[at + 3]]}{random[at + 4 : at + 7]}-{random[at + 7 : at + 19]}"
        for at in range(0, 20 * count, 20)
    )


_VARIANT = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}


def new_id() -> UUID:
    """48 bits of milliseconds, then random bits; says nothing of the row."""
    value = time.time_ns() // 1_000_000 << 80 | int.from_bytes(os.urandom(10)) >> 4
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)

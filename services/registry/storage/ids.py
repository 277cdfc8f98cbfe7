"""Ids of rows: UUID version 7 (RFC 9562), so that rows made together lie together in every index."""

from __future__ import annotations

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """48 bits of milliseconds, then random bits; says nothing of the row."""
    value = time.time_ns() // 1_000_000 << 80 | int.from_bytes(os.urandom(10)) >> 4
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)

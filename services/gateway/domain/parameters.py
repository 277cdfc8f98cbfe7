"""The dated numbers of the sign-in policy, and the bounds nobody may leave."""

from __future__ import annotations

BOUNDS: dict[str, tuple[int, int]] = {
    "password_min_length": (12, 64),
    "lockout_failures": (3, 10),
    "lockout_minutes": (5, 1440),
    "access_token_minutes": (1, 15),
    "session_hours": (1, 24),
}
"""Least and most by key. An access token never lives longer than 15 minutes."""


def within_bounds(key: str, value: int) -> bool:
    """Whether a known parameter may take this value."""
    least, most = BOUNDS[key]
    return least <= value <= most

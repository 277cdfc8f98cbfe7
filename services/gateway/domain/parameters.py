"""The dated numbers of the sign-in policy, and the bounds nobody may leave."""

from __future__ import annotations

BOUNDS: dict[str, tuple[int, int]] = {
    "password_min_length": (12, 64),
    "lockout_failures": (3, 10),
    "lockout_minutes": (5, 1440),
    "access_token_minutes": (1, 15),
    "session_hours": (1, 24),
    "trail_months": (6, 1200),
    "complaint_accept_workdays": (1, 10),
    "complaint_reply_workdays": (1, 40),
    "complaint_escalated_workdays": (1, 20),
    "complaint_close_days": (30, 180),
    "delegation_days": (1, 366),
    "name_failures": (5, 100),
    "name_pause_seconds": (1, 60),
    "spraying_names": (5, 200),
    "second_factor_administration": (0, 1),
    "second_factor_security": (0, 1),
    "second_factor_operation": (0, 1),
    "second_factor_audit": (0, 1),
    "second_factor_business": (0, 1),
    "second_factor_unmask": (0, 1),
    "exchange_grant_days": (1, 1_096),
    "exchange_answer_days": (1, 60),
    "webhook_failing_days": (1, 30),
    "webhook_overlap_hours": (0, 720),
}
"""Least and most by key. An access token never lives longer than 15 minutes."""


def within_bounds(key: str, value: int) -> bool:
    """Whether a known parameter may take this value."""
    least, most = BOUNDS[key]
    return least <= value <= most

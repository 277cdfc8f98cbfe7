"""Where sealed values stand: `table.column.row`, bound into each, so that copied elsewhere it no longer opens."""

from __future__ import annotations


def complaint(column: str, complaint_id: str) -> str:
    """What the complainant wrote, or who they are or complain about, by column."""
    return f"complaints.{column}.{complaint_id}"


def complaint_entry(entry_id: str) -> str:
    """What was said with a step."""
    return f"complaint_entries.text_sealed.{entry_id}"


def complaint_file(file_id: str) -> str:
    """A file sent with a complaint."""
    return f"complaint_files.content_sealed.{file_id}"


def webhook_secret(endpoint_id: str, number: int) -> str:
    """The endpoint's secret of this number; it keeps its place when it becomes the old one."""
    return f"webhook_endpoints.secret_{number}.{endpoint_id}"


def second_factor(account_id: str) -> str:
    """What the account's device shares with us."""
    return f"second_factors.secret.{account_id}"

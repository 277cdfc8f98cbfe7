"""search and indexes"""

from __future__ import annotations

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Filled by the noun's own commit."""


def downgrade() -> None:
    """Filled by the noun's own commit."""

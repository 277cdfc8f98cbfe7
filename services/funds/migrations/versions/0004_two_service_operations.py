"""two-service operations"""

from __future__ import annotations

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Filled by the noun's own commit."""


def downgrade() -> None:
    """Filled by the noun's own commit."""

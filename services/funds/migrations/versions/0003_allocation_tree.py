"""allocation tree"""

from __future__ import annotations

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Filled by the noun's own commit."""


def downgrade() -> None:
    """Filled by the noun's own commit."""

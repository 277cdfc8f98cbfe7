"""household programmes"""

from __future__ import annotations

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Filled by the noun's own commit."""


def downgrade() -> None:
    """Filled by the noun's own commit."""

"""credit, dividends, donations"""

from __future__ import annotations

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Filled by the noun's own commit."""


def downgrade() -> None:
    """Filled by the noun's own commit."""

"""imports and exports"""

from alembic import op

revision = '0008'
down_revision = '0007'


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

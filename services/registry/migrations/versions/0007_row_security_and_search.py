"""row security and search"""

from alembic import op

revision = '0007'
down_revision = '0006'


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

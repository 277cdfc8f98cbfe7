"""key rotation"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'


def upgrade() -> None:
    op.create_table('key_rotations',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('key_name', sa.String(), nullable=False),
    sa.Column('table_name', sa.String(), nullable=False),
    sa.Column('last_id', sa.Uuid(), nullable=True),
    sa.Column('rows_done', sa.BigInteger(), nullable=False),
    sa.Column('values_done', sa.BigInteger(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.CheckConstraint("kind in ('seal', 'index')", name=op.f('ck_key_rotations_kind_known')),
    sa.CheckConstraint("state in ('running', 'done', 'superseded')", name=op.f('ck_key_rotations_state_known')),
    sa.CheckConstraint("(state = 'running') = (finished_at is null)", name=op.f('ck_key_rotations_finished_has_instant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_key_rotations'))
    )
    op.create_index('uq_key_rotations_running', 'key_rotations', ['kind', 'table_name'], unique=True, postgresql_where=sa.text("state = 'running'"))


def downgrade() -> None:
    op.drop_index('uq_key_rotations_running', table_name='key_rotations', postgresql_where=sa.text("state = 'running'"))
    op.drop_table('key_rotations')

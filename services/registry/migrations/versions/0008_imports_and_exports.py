"""imports and exports"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.registry.migrations.seeding import seed_missing_parameters

revision = '0008'
down_revision = '0007'

STATES = ('queued', 'running', 'done', 'failed')
CONTENT = "not dry_run and state not in ('failed', 'undone')"
CONTENT_BEFORE = "not dry_run and state <> 'failed'"


def _state_check(*more: str) -> str:
    return 'state in (' + ', '.join(f"'{state}'" for state in (*STATES, *more)) + ')'


def _content_index(where: str) -> None:
    op.drop_index('uq_household_imports_content', table_name='household_imports')
    op.create_index(
        'uq_household_imports_content', 'household_imports', ['office', 'sha256', 'mode'], unique=True,
        postgresql_where=sa.text(where),
    )


def upgrade() -> None:
    op.add_column('household_imports', sa.Column('notes', postgresql.JSONB(), nullable=False, server_default='{}'))
    op.add_column('household_imports', sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f('ck_household_imports_state_known'), 'household_imports')
    op.create_check_constraint(op.f('ck_household_imports_state_known'), 'household_imports', _state_check('undone'))
    _content_index(CONTENT)
    # What was kept whole becomes part 0, under the id it is bound to.
    op.add_column('household_import_files', sa.Column('id', sa.Uuid(), nullable=True))
    op.add_column('household_import_files', sa.Column('number', sa.BigInteger(), nullable=True))
    op.execute('update household_import_files set id = import_id, number = 0')
    op.alter_column('household_import_files', 'id', nullable=False)
    op.alter_column('household_import_files', 'number', nullable=False)
    op.drop_constraint(op.f('pk_household_import_files'), 'household_import_files')
    op.create_primary_key(op.f('pk_household_import_files'), 'household_import_files', ['id'])
    op.create_unique_constraint(
        op.f('uq_household_import_files_import_id_number'), 'household_import_files', ['import_id', 'number']
    )
    op.create_table(
        'household_import_differences',
        sa.Column('import_id', sa.Uuid(), nullable=False),
        sa.Column('row', sa.BigInteger(), nullable=False),
        sa.Column('state', sa.String(), nullable=False),
        sa.Column('household_id', sa.Uuid(), nullable=True),
        sa.Column('household_no', sa.BigInteger(), nullable=True),
        sa.Column('changes', postgresql.JSONB(), nullable=False, server_default='[]'),
        sa.CheckConstraint("state in ('new', 'unchanged', 'differs')", name=op.f('ck_household_import_differences_state_known')),
        sa.ForeignKeyConstraint(['import_id'], ['household_imports.id'], name=op.f('fk_household_import_differences_import_id')),
        sa.PrimaryKeyConstraint('import_id', 'row', name=op.f('pk_household_import_differences')),
    )
    _create_exports()
    seed_missing_parameters()


def _create_exports() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        'household_exports',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('number', sa.BigInteger(), sa.Identity(always=True, start=100001), nullable=False),
        sa.Column('office', sa.String(), nullable=False),
        sa.Column('division_code', sa.String(length=12), nullable=False),
        sa.Column('filters', postgresql.JSONB(), nullable=False),
        sa.Column('layout', sa.String(), nullable=False),
        sa.Column('format', sa.String(), nullable=False),
        sa.Column('clear', sa.Boolean(), nullable=False),
        sa.Column('purpose', sa.String(), nullable=False),
        sa.Column('state', sa.String(), nullable=False),
        sa.Column('households', sa.BigInteger(), nullable=False),
        sa.Column('people', sa.BigInteger(), nullable=False),
        sa.Column('created_at', instant, nullable=False),
        sa.Column('created_by', sa.String(), nullable=False),
        sa.Column('created_person', sa.String(), nullable=False),
        sa.Column('approved_at', instant, nullable=True),
        sa.Column('approved_by', sa.String(), nullable=True),
        sa.Column('approved_person', sa.String(), nullable=True),
        sa.Column('expires_at', instant, nullable=True),
        sa.Column('fetched_at', instant, nullable=True),
        sa.CheckConstraint("state in ('waiting', 'ready', 'fetched')", name=op.f('ck_household_exports_state_known')),
        sa.CheckConstraint("layout in ('suite', 'national')", name=op.f('ck_household_exports_layout_known')),
        sa.CheckConstraint("format in ('csv', 'xlsx')", name=op.f('ck_household_exports_format_known')),
        sa.CheckConstraint(
            'approved_person is null or approved_person <> created_person',
            name=op.f('ck_household_exports_approved_by_another'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_household_exports')),
        sa.UniqueConstraint('number', name=op.f('uq_household_exports_number')),
    )
    op.create_index(op.f('ix_household_exports_division_code_id'), 'household_exports', ['division_code', 'id'])


def downgrade() -> None:
    op.drop_table('household_exports')
    op.drop_table('household_import_differences')
    op.execute('delete from household_import_files where number > 0')
    op.drop_constraint(op.f('uq_household_import_files_import_id_number'), 'household_import_files')
    op.drop_constraint(op.f('pk_household_import_files'), 'household_import_files')
    op.drop_column('household_import_files', 'number')
    op.drop_column('household_import_files', 'id')
    op.create_primary_key(op.f('pk_household_import_files'), 'household_import_files', ['import_id'])
    op.execute("update household_imports set state = 'failed', failure = 'undone' where state = 'undone'")
    _content_index(CONTENT_BEFORE)
    op.drop_constraint(op.f('ck_household_imports_state_known'), 'household_imports')
    op.create_check_constraint(op.f('ck_household_imports_state_known'), 'household_imports', _state_check())
    op.drop_column('household_imports', 'undone_at')
    op.drop_column('household_imports', 'notes')

"""years and corrections"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.registry.migrations.seeding import seed_missing_parameters

revision = '0006'
down_revision = '0005'


def upgrade() -> None:
    op.add_column('household_events', sa.Column('office_name', sa.String(), nullable=True))
    op.create_table('register_years',
    sa.Column('county_code', sa.String(length=6), nullable=False),
    sa.Column('year', sa.SmallInteger(), nullable=False),
    sa.Column('closed_through', sa.Date(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_by', sa.String(), nullable=False),
    sa.Column('closed_person', sa.String(), nullable=False),
    sa.Column('closed_office', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['county_code'], ['divisions.code'], name=op.f('fk_register_years_county_code')),
    sa.PrimaryKeyConstraint('county_code', 'year', name=op.f('pk_register_years'))
    )
    op.create_table('household_slices',
    sa.Column('household_id', sa.Uuid(), nullable=False),
    sa.Column('year', sa.SmallInteger(), nullable=False),
    sa.Column('county_code', sa.String(length=6), nullable=False),
    sa.Column('village_code', sa.String(length=12), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('attribute', sa.String(), nullable=True),
    sa.Column('main_cause', sa.String(), nullable=True),
    sa.Column('member_count', sa.SmallInteger(), nullable=False),
    sa.Column('net_income_fen', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['household_id'], ['households.id'], name=op.f('fk_household_slices_household_id')),
    sa.PrimaryKeyConstraint('household_id', 'year', 'county_code', name=op.f('pk_household_slices'))
    )
    op.create_index(op.f('ix_household_slices_year_village_code_household_id'), 'household_slices', ['year', 'village_code', 'household_id'], unique=False)
    op.create_table('register_year_totals',
    sa.Column('county_code', sa.String(length=6), nullable=False),
    sa.Column('year', sa.SmallInteger(), nullable=False),
    sa.Column('village_code', sa.String(length=12), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('attribute', sa.String(), nullable=False),
    sa.Column('main_cause', sa.String(), nullable=False),
    sa.Column('households', sa.BigInteger(), nullable=False),
    sa.Column('people', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('county_code', 'year', 'village_code', 'status', 'attribute', 'main_cause', name=op.f('pk_register_year_totals'))
    )
    op.create_index(op.f('ix_register_year_totals_year_village_code'), 'register_year_totals', ['year', 'village_code'], unique=False)
    op.create_table('corrections',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('county_code', sa.String(length=6), nullable=False),
    sa.Column('year', sa.SmallInteger(), nullable=False),
    sa.Column('household_id', sa.Uuid(), nullable=False),
    sa.Column('village_code', sa.String(length=12), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('base_version', sa.BigInteger(), nullable=False),
    sa.Column('version_after', sa.BigInteger(), nullable=True),
    sa.Column('true_from', sa.Date(), nullable=False),
    sa.Column('changed', postgresql.ARRAY(sa.String()), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('paper_sha256', sa.String(length=64), nullable=False),
    sa.Column('body_sealed', sa.String(), nullable=True),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_by', sa.String(), nullable=False),
    sa.Column('asked_person', sa.String(), nullable=False),
    sa.Column('asked_office', sa.String(), nullable=False),
    sa.CheckConstraint("(state = 'asked') = (body_sealed is not null)", name=op.f('ck_corrections_body_while_asked')),
    sa.CheckConstraint("(state = 'consented') = (version_after is not null)", name=op.f('ck_corrections_consented_has_version')),
    sa.CheckConstraint("state in ('asked', 'consented', 'refused')", name=op.f('ck_corrections_state_known')),
    sa.ForeignKeyConstraint(['household_id'], ['households.id'], name=op.f('fk_corrections_household_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_corrections'))
    )
    op.create_index('uq_corrections_asked', 'corrections', ['household_id'], unique=True, postgresql_where=sa.text("state = 'asked'"))
    op.create_index(op.f('ix_corrections_village_code_id'), 'corrections', ['village_code', 'id'], unique=False)
    op.create_table('correction_decisions',
    sa.Column('correction_id', sa.Uuid(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('opinion', sa.String(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.String(), nullable=False),
    sa.Column('decided_person', sa.String(), nullable=False),
    sa.Column('decided_office', sa.String(), nullable=False),
    sa.CheckConstraint("outcome in ('consent', 'refuse')", name=op.f('ck_correction_decisions_outcome_known')),
    sa.ForeignKeyConstraint(['correction_id'], ['corrections.id'], name=op.f('fk_correction_decisions_correction_id')),
    sa.PrimaryKeyConstraint('correction_id', name=op.f('pk_correction_decisions'))
    )
    seed_missing_parameters()


def downgrade() -> None:
    op.drop_table('correction_decisions')
    op.drop_index(op.f('ix_corrections_village_code_id'), table_name='corrections')
    op.drop_index('uq_corrections_asked', table_name='corrections', postgresql_where=sa.text("state = 'asked'"))
    op.drop_table('corrections')
    op.drop_index(op.f('ix_register_year_totals_year_village_code'), table_name='register_year_totals')
    op.drop_table('register_year_totals')
    op.drop_index(op.f('ix_household_slices_year_village_code_household_id'), table_name='household_slices')
    op.drop_table('household_slices')
    op.drop_table('register_years')
    op.drop_column('household_events', 'office_name')

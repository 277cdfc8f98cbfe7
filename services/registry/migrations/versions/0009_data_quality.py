"""data quality"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.registry.migrations.seeding import seed_missing_parameters

revision = '0009'
down_revision = '0008'

OPEN = sa.text('closed_run is null')
UNFINISHED = sa.text("state in ('queued', 'running')")


def upgrade() -> None:
    _runs()
    _counts()
    _findings()
    _exemptions()
    seed_missing_parameters()


def _runs() -> None:
    op.create_table('quality_runs',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('failure', sa.String(), nullable=True),
    sa.Column('reached', sa.String(length=12), nullable=False),
    sa.Column('parts_total', sa.BigInteger(), nullable=False),
    sa.Column('parts_done', sa.BigInteger(), nullable=False),
    sa.Column('households', sa.BigInteger(), nullable=False),
    sa.Column('people', sa.BigInteger(), nullable=False),
    sa.Column('found', sa.BigInteger(), nullable=False),
    sa.Column('exempt', sa.BigInteger(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('actor', postgresql.JSONB(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_by', sa.String(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('worker', sa.String(), nullable=True),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("state in ('queued', 'running', 'done', 'failed')", name=op.f('ck_quality_runs_state_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quality_runs'))
    )
    op.create_index('uq_quality_runs_unfinished', 'quality_runs', ['division_code'], unique=True, postgresql_where=UNFINISHED)
    op.create_index(op.f('ix_quality_runs_division_code_id'), 'quality_runs', ['division_code', 'id'])


def _counts() -> None:
    op.create_table('quality_run_villages',
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('village_code', sa.String(length=12), nullable=False),
    sa.Column('households', sa.BigInteger(), nullable=False),
    sa.Column('people', sa.BigInteger(), nullable=False),
    sa.Column('with_finding', sa.BigInteger(), nullable=False),
    sa.Column('with_refuse', sa.BigInteger(), nullable=False),
    sa.Column('with_warn', sa.BigInteger(), nullable=False),
    sa.Column('with_list', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['quality_runs.id'], name=op.f('fk_quality_run_villages_run_id')),
    sa.PrimaryKeyConstraint('run_id', 'village_code', name=op.f('pk_quality_run_villages'))
    )
    op.create_index(op.f('ix_quality_run_villages_village_code_run_id'), 'quality_run_villages', ['village_code', 'run_id'])
    op.create_table('quality_counts',
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('village_code', sa.String(length=12), nullable=False),
    sa.Column('rule', sa.String(), nullable=False),
    sa.Column('found', sa.BigInteger(), nullable=False),
    sa.Column('exempt', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['quality_runs.id'], name=op.f('fk_quality_counts_run_id')),
    sa.PrimaryKeyConstraint('run_id', 'village_code', 'rule', name=op.f('pk_quality_counts'))
    )
    op.create_index(op.f('ix_quality_counts_rule_village_code_run_id'), 'quality_counts', ['rule', 'village_code', 'run_id'])
    op.create_table('quality_checked_villages',
    sa.Column('village_code', sa.String(length=12), nullable=False),
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('checked_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['quality_runs.id'], name=op.f('fk_quality_checked_villages_run_id')),
    sa.PrimaryKeyConstraint('village_code', name=op.f('pk_quality_checked_villages'))
    )


def _findings() -> None:
    op.create_table('quality_findings',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('rule', sa.String(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('household_id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=True),
    sa.Column('village_code', sa.String(length=12), nullable=False),
    sa.Column('opened_run', sa.Uuid(), nullable=False),
    sa.Column('first_found_on', sa.Date(), nullable=False),
    sa.Column('last_found_on', sa.Date(), nullable=True),
    sa.Column('closed_run', sa.Uuid(), nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.CheckConstraint('num_nulls(closed_run, closed_on, last_found_on) in (0, 3)', name=op.f('ck_quality_findings_close_whole')),
    sa.ForeignKeyConstraint(['opened_run'], ['quality_runs.id'], name=op.f('fk_quality_findings_opened_run')),
    sa.ForeignKeyConstraint(['closed_run'], ['quality_runs.id'], name=op.f('fk_quality_findings_closed_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quality_findings'))
    )
    op.create_index('uq_quality_findings_open', 'quality_findings', ['subject_id', 'rule'], unique=True, postgresql_where=OPEN)
    op.create_index('ix_quality_findings_area', 'quality_findings', ['village_code', 'id'], postgresql_where=OPEN)
    op.create_index('ix_quality_findings_closed', 'quality_findings', ['village_code', 'id'], postgresql_where=sa.text('closed_run is not null'))
    op.create_index('ix_quality_findings_rule', 'quality_findings', ['rule', 'village_code', 'id'], postgresql_where=OPEN)
    op.create_index(op.f('ix_quality_findings_household_id'), 'quality_findings', ['household_id'])


def _exemptions() -> None:
    op.create_table('quality_exemptions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('rule', sa.String(), nullable=False),
    sa.Column('household_id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=True),
    sa.Column('village_code', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('paper_sha256', sa.String(), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('asked_by', sa.String(), nullable=False),
    sa.Column('asked_person', sa.String(), nullable=False),
    sa.Column('asked_office', sa.String(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quality_exemptions'))
    )
    op.create_index(op.f('ix_quality_exemptions_household_id_rule'), 'quality_exemptions', ['household_id', 'rule'])
    op.create_index(op.f('ix_quality_exemptions_village_code_id'), 'quality_exemptions', ['village_code', 'id'])
    op.create_table('quality_exemption_decisions',
    sa.Column('exemption_id', sa.Uuid(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('opinion', sa.String(), nullable=False),
    sa.Column('decided_by', sa.String(), nullable=False),
    sa.Column('decided_person', sa.String(), nullable=False),
    sa.Column('decided_office', sa.String(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.CheckConstraint("outcome in ('grant', 'refuse')", name=op.f('ck_quality_exemption_decisions_outcome_known')),
    sa.ForeignKeyConstraint(['exemption_id'], ['quality_exemptions.id'], name=op.f('fk_quality_exemption_decisions_exemption_id')),
    sa.PrimaryKeyConstraint('exemption_id', name=op.f('pk_quality_exemption_decisions'))
    )


def downgrade() -> None:
    for table in (
        'quality_exemption_decisions', 'quality_exemptions', 'quality_findings', 'quality_checked_villages',
        'quality_counts', 'quality_run_villages', 'quality_runs',
    ):
        op.drop_table(table)

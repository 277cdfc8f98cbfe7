"""natural changes"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.registry.migrations.seeding import seed_missing_parameters

revision = '0005'
down_revision = '0004'

STATUSES = ('draft', 'proposed', 'returned', 'registered', 'exited', 'removed')
CLOSING = (
    "(status = 'closed') = (closing is not null)"
    " and (closing is null or closing in ('natural', 'merged'))"
    " and (merged_into is not null) = (coalesce(closing, '') = 'merged')"
)
MEMBER = {
    'joined_on': sa.Date(),
    'came_from_member_id': sa.Uuid(),
    'absence': sa.String(),
    'absent_from': sa.Date(),
    'absence_counted': sa.Boolean(),
}


def _status_check(*more: str) -> str:
    return "status in (" + ", ".join(f"'{status}'" for status in (*STATUSES, *more)) + ")"


def upgrade() -> None:
    op.drop_constraint(op.f('ck_households_status_known'), 'households')
    op.create_check_constraint(op.f('ck_households_status_known'), 'households', _status_check('closed'))
    op.drop_constraint(op.f('ck_households_somebody_in_it'), 'households')
    op.create_check_constraint(op.f('ck_households_somebody_in_it'), 'households', "(member_count = 0) = (status = 'closed')")
    op.add_column('households', sa.Column('closing', sa.String(), nullable=True))
    for name in ('split_from', 'merged_into'):
        op.add_column('households', sa.Column(name, sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f'fk_households_{name}'), 'households', 'households', [name], ['id'])
    op.create_check_constraint(op.f('ck_households_closing_whole'), 'households', CLOSING)
    for name, kind in MEMBER.items():
        op.add_column('household_members', sa.Column(name, kind, nullable=True))
    op.create_foreign_key(
        op.f('fk_household_members_came_from_member_id'), 'household_members', 'household_members', ['came_from_member_id'], ['id']
    )
    op.create_check_constraint(
        op.f('ck_household_members_absence_whole'), 'household_members', 'num_nonnulls(absence, absent_from, absence_counted) in (0, 3)'
    )
    op.create_check_constraint(
        op.f('ck_household_members_absence_of_somebody_here'), 'household_members', 'active or absence is null'
    )
    _changes()
    _decisions()
    _absences()
    seed_missing_parameters()


def _changes() -> None:
    op.create_table('natural_changes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('requested', sa.Boolean(), nullable=False),
    sa.Column('household_id', sa.Uuid(), nullable=False),
    sa.Column('other_household_id', sa.Uuid(), nullable=True),
    sa.Column('village_code', sa.String(length=12), nullable=False),
    sa.Column('other_village_code', sa.String(length=12), nullable=True),
    sa.Column('member_ids', postgresql.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('flags', postgresql.ARRAY(sa.String()), nullable=False),
    sa.Column('payload', postgresql.JSONB(), nullable=False),
    sa.Column('versions', postgresql.JSONB(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('paper_sha256', sa.String(length=64), nullable=False),
    sa.Column('paper_title', sa.String(), nullable=False),
    sa.Column('recorded_on', sa.Date(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=False),
    sa.Column('recorded_person', sa.String(), nullable=False),
    sa.Column('recorded_office', sa.String(), nullable=False),
    sa.CheckConstraint("(kind = 'village_move') <= (requested and other_village_code is not null)", name=op.f('ck_natural_changes_move_is_requested')),
    sa.CheckConstraint('(other_household_id is null) or (other_household_id <> household_id)', name=op.f('ck_natural_changes_two_files')),
    sa.ForeignKeyConstraint(['household_id'], ['households.id'], name=op.f('fk_natural_changes_household_id')),
    sa.ForeignKeyConstraint(['other_household_id'], ['households.id'], name=op.f('fk_natural_changes_other_household_id')),
    sa.ForeignKeyConstraint(['village_code'], ['divisions.code'], name=op.f('fk_natural_changes_village_code')),
    sa.ForeignKeyConstraint(['other_village_code'], ['divisions.code'], name=op.f('fk_natural_changes_other_village_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_natural_changes'))
    )
    for name in ('village_code', 'other_village_code', 'household_id', 'other_household_id'):
        op.create_index(op.f(f'ix_natural_changes_{name}_id'), 'natural_changes', [name, 'id'])


def _decisions() -> None:
    op.create_table('natural_change_decisions',
    sa.Column('change_id', sa.Uuid(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('opinion', sa.String(), nullable=False),
    sa.Column('versions', postgresql.JSONB(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.String(), nullable=False),
    sa.Column('decided_person', sa.String(), nullable=False),
    sa.Column('decided_office', sa.String(), nullable=False),
    sa.CheckConstraint("outcome in ('accepted', 'refused', 'withdrawn')", name=op.f('ck_natural_change_decisions_outcome_known')),
    sa.ForeignKeyConstraint(['change_id'], ['natural_changes.id'], name=op.f('fk_natural_change_decisions_change_id')),
    sa.PrimaryKeyConstraint('change_id', name=op.f('pk_natural_change_decisions'))
    )


def _absences() -> None:
    op.create_table('member_absences',
    sa.Column('change_id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('household_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('to_on', sa.Date(), nullable=True),
    sa.Column('ended_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint('to_on >= from_on', name=op.f('ck_member_absences_days_in_order')),
    sa.CheckConstraint('(to_on is null) = (ended_by is null)', name=op.f('ck_member_absences_end_whole')),
    sa.ForeignKeyConstraint(['change_id'], ['natural_changes.id'], name=op.f('fk_member_absences_change_id')),
    sa.ForeignKeyConstraint(['ended_by'], ['natural_changes.id'], name=op.f('fk_member_absences_ended_by')),
    sa.ForeignKeyConstraint(['household_id'], ['households.id'], name=op.f('fk_member_absences_household_id')),
    sa.ForeignKeyConstraint(['member_id'], ['household_members.id'], name=op.f('fk_member_absences_member_id')),
    sa.PrimaryKeyConstraint('change_id', 'member_id', name=op.f('pk_member_absences'))
    )
    op.create_index(op.f('ix_member_absences_household_id_from_on'), 'member_absences', ['household_id', 'from_on'])
    op.create_index('uq_member_absences_open', 'member_absences', ['member_id'], unique=True, postgresql_where=sa.text('to_on is null'))


def downgrade() -> None:
    """Closed files have no place in the schema before; nobody is in them, and they keep none of it there."""
    for table in ('member_absences', 'natural_change_decisions', 'natural_changes'):
        op.drop_table(table)
    for name in ('absence_of_somebody_here', 'absence_whole'):
        op.drop_constraint(op.f(f'ck_household_members_{name}'), 'household_members')
    for name in reversed(MEMBER):
        op.drop_column('household_members', name)
    for name in ('closing_whole', 'somebody_in_it', 'status_known'):
        op.drop_constraint(op.f(f'ck_households_{name}'), 'households')
    for name in ('merged_into', 'split_from', 'closing'):
        op.drop_column('households', name)
    op.execute("update households set status = 'removed', member_count = 1 where status = 'closed'")
    op.create_check_constraint(op.f('ck_households_somebody_in_it'), 'households', 'member_count >= 1')
    op.create_check_constraint(op.f('ck_households_status_known'), 'households', _status_check())

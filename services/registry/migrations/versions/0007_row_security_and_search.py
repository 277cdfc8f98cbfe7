"""row security and search"""

import sqlalchemy as sa
from alembic import op

from shared.chassis.row_security import in_range

revision = '0007'
down_revision = '0006'

ITS_HOUSEHOLD_IS_SEEN = 'exists (select from households h where h.id = household_id)'
POLICIES = {
    'households': [('in_range', f"for all using ({in_range('village_code')}) with check ({in_range('village_code')})")],
    'household_members': [
        ('in_range', f"for all using ({in_range('village_code')}) with check ({in_range('village_code')})"),
    ],
    # A version keeps the village of its day: who sees the household now sees all of its history.
    'household_versions': [
        ('of_household', f'for select using ({ITS_HOUSEHOLD_IS_SEEN})'),
        ('written_in_range', f"for insert with check ({in_range('village_code')})"),
    ],
    'household_events': [
        ('of_household', f'for select using ({ITS_HOUSEHOLD_IS_SEEN})'),
        ('written_of_household', f'for insert with check ({ITS_HOUSEHOLD_IS_SEEN})'),
    ],
}
# What a policy keeps from an index (operators that are not leakproof) this view of the owner lets through, with the
# same range as the policies. The range stands in a CASE so that the planner takes it for a filter and no way in.
PEOPLE_SEARCHED = f"""
create view people_searched as
select id, household_id, village_code, name, name_pinyin, name_initials, identity_sealed, identity_index, sex,
       birth_date, relation, ethnicity, education, schooling, health, disability_grade, labour, left_behind, dibao,
       tekun, active
from household_members
where active and {in_range('village_code', as_filter=True)}
"""
INITIALS = "regexp_replace(name_pinyin, '([a-z])[a-z]*|.', '\\1', 'g')"
APP = 'lika_registry_app'


def upgrade() -> None:
    op.add_column('household_members', sa.Column('name_initials', sa.String(), nullable=True))
    op.drop_index('ix_household_members_identity', table_name='household_members')
    # Writes the table anew once; an update of five million rows with their indexes takes twenty times as long.
    op.execute(f'alter table household_members alter column name_initials type varchar using {INITIALS}, alter column name_initials set not null')
    active = sa.text('active')
    op.create_index('ix_household_members_departed_identity', 'household_members', ['identity_index'], postgresql_where=sa.text('not active'))
    op.create_index('ix_household_members_village', 'household_members', ['village_code', 'id'], postgresql_where=active)
    op.create_index('ix_household_members_pinyin', 'household_members', ['name_pinyin'], postgresql_where=active)
    op.create_index('ix_household_members_initials', 'household_members', ['name_initials'], postgresql_where=active)
    for table, policies in POLICIES.items():
        op.execute(f'alter table {table} enable row level security')
        for name, rule in policies:
            op.execute(f'create policy {name} on {table} {rule}')
    op.execute(PEOPLE_SEARCHED)
    op.execute(f'grant select on people_searched to {APP}')


def downgrade() -> None:
    op.execute('drop view people_searched')
    for table, policies in POLICIES.items():
        for name, _ in policies:
            op.execute(f'drop policy {name} on {table}')
        op.execute(f'alter table {table} disable row level security')
    for name in ('initials', 'pinyin', 'village', 'departed_identity'):
        op.drop_index(f'ix_household_members_{name}', table_name='household_members')
    op.create_index('ix_household_members_identity', 'household_members', ['identity_index'])
    op.drop_column('household_members', 'name_initials')

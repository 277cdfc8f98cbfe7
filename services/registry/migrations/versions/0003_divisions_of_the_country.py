"""divisions of the country"""

from alembic import op
import sqlalchemy as sa

from services.registry.domain.division_names import read_name

revision = '0003'
down_revision = '0002'

FIVE_LEVELS = "code ~ '^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$'"
SIX_LEVELS = "code ~ '^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{15})$'"

END_ONCE = """
create function division_kinds_end_once() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.valid_to is null and new.valid_to is not null
       and (new.id, new.division_code, new.kind, new.valid_from, new.source, new.set_by, new.set_at)
         = (old.id, old.division_code, old.kind, old.valid_from, old.source, old.set_by, old.set_at) then
        return new;
    end if;
    raise exception 'a kind of a division is kept: only its end is set, once' using errcode = 'check_violation';
end $$
"""


def upgrade() -> None:
    _divisions()
    op.create_table('division_changes',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=False),
    sa.Column('recorded_person', sa.String(), nullable=False),
    sa.Column('recorded_office', sa.String(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind in ('merge', 'split', 'rename', 'recode', 'abolish')", name=op.f('ck_division_changes_kind_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_division_changes'))
    )
    op.create_table('division_changed',
    sa.Column('division_code', sa.String(length=15), nullable=False),
    sa.Column('change_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['change_id'], ['division_changes.id'], name=op.f('fk_division_changed_change_id')),
    sa.ForeignKeyConstraint(['division_code'], ['divisions.code'], name=op.f('fk_division_changed_division_code')),
    sa.PrimaryKeyConstraint('division_code', 'change_id', name=op.f('pk_division_changed'))
    )
    op.create_table('division_successions',
    sa.Column('predecessor_code', sa.String(length=15), nullable=False),
    sa.Column('successor_code', sa.String(length=15), nullable=False),
    sa.Column('change_id', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('predecessor_code <> successor_code', name=op.f('ck_division_successions_two_divisions')),
    sa.ForeignKeyConstraint(['change_id'], ['division_changes.id'], name=op.f('fk_division_successions_change_id')),
    sa.ForeignKeyConstraint(['predecessor_code'], ['divisions.code'], name=op.f('fk_division_successions_predecessor_code')),
    sa.ForeignKeyConstraint(['successor_code'], ['divisions.code'], name=op.f('fk_division_successions_successor_code')),
    sa.PrimaryKeyConstraint('predecessor_code', 'successor_code', 'change_id', name=op.f('pk_division_successions'))
    )
    op.create_index(op.f('ix_division_successions_successor_code'), 'division_successions', ['successor_code'])
    op.create_table('division_former_names',
    sa.Column('division_code', sa.String(length=15), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('change_id', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('valid_to >= valid_from', name=op.f('ck_division_former_names_days_in_order')),
    sa.ForeignKeyConstraint(['change_id'], ['division_changes.id'], name=op.f('fk_division_former_names_change_id')),
    sa.ForeignKeyConstraint(['division_code'], ['divisions.code'], name=op.f('fk_division_former_names_division_code')),
    sa.PrimaryKeyConstraint('division_code', 'valid_from', name=op.f('pk_division_former_names'))
    )
    op.create_index(op.f('ix_division_former_names_name'), 'division_former_names', ['name'])
    _kinds()
    op.create_table('division_load_lines',
    sa.Column('code', sa.String(length=15), nullable=False),
    sa.Column('line', sa.BigInteger(), nullable=False),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('parent_code', sa.String(length=12), nullable=False),
    sa.Column('name_pinyin', sa.String(), nullable=False),
    sa.Column('name_initials', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('code', 'line', name=op.f('pk_division_load_lines')),
    prefixes=['UNLOGGED']
    )


def _divisions() -> None:
    """The new columns, filled for the divisions that are there, then the new rules and indexes."""
    op.drop_constraint(op.f('ck_divisions_code_form'), 'divisions')
    op.alter_column('divisions', 'code', type_=sa.String(length=15), existing_nullable=False)
    op.alter_column('divisions', 'parent_code', type_=sa.String(length=12), existing_nullable=False)
    op.add_column('divisions', sa.Column('name_pinyin', sa.String(), nullable=True))
    op.add_column('divisions', sa.Column('name_initials', sa.String(), nullable=True))
    op.add_column('divisions', sa.Column('named_from', sa.Date(), nullable=True))
    op.add_column('divisions', sa.Column('valid_to', sa.Date(), nullable=True))
    _fill_names()
    for column in ('name_pinyin', 'name_initials', 'named_from'):
        op.alter_column('divisions', column, nullable=False)
    op.create_check_constraint(op.f('ck_divisions_code_form'), 'divisions', SIX_LEVELS)
    op.create_check_constraint(op.f('ck_divisions_days_in_order'), 'divisions', 'valid_to is null or valid_to >= valid_from')
    op.create_index(op.f('ix_divisions_name_pinyin'), 'divisions', ['name_pinyin'])
    op.create_index(op.f('ix_divisions_name_initials'), 'divisions', ['name_initials'])
    op.create_index('ix_divisions_name_characters', 'divisions', [sa.text('string_to_array(name, NULL)')], postgresql_using='gin')
    op.create_index('ix_divisions_name_syllables', 'divisions', [sa.text("string_to_array(name_pinyin, ' ')")], postgresql_using='gin')
    op.create_index('ix_divisions_closed', 'divisions', ['code'], postgresql_where=sa.text('valid_to is not null'))


def _fill_names() -> None:
    connection = op.get_bind()
    update = sa.text(
        "update divisions set name_pinyin = read.pinyin, name_initials = read.initials, named_from = valid_from"
        " from unnest(cast(:names as text[]), cast(:pinyin as text[]), cast(:initials as text[]))"
        " as read (name, pinyin, initials) where divisions.name = read.name"
    )
    names = [row[0] for row in connection.execute(sa.text("select distinct name from divisions"))]
    for start in range(0, len(names), 20_000):
        read = [read_name(name) for name in names[start : start + 20_000]]
        columns = {
            "names": [one.name for one in read],
            "pinyin": [one.pinyin for one in read],
            "initials": [one.initials for one in read],
        }
        connection.execute(update, columns)


def _kinds() -> None:
    op.create_table('division_kinds',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('division_code', sa.String(length=15), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('set_by', sa.String(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('end_source', sa.String(), nullable=True),
    sa.Column('ended_by', sa.String(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('valid_to is null or valid_to >= valid_from', name=op.f('ck_division_kinds_days_in_order')),
    sa.CheckConstraint('num_nonnulls(valid_to, end_source, ended_by, ended_at) in (0, 4)', name=op.f('ck_division_kinds_end_whole')),
    sa.ForeignKeyConstraint(['division_code'], ['divisions.code'], name=op.f('fk_division_kinds_division_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_division_kinds'))
    )
    op.create_index(op.f('ix_division_kinds_division_code_kind_valid_from'), 'division_kinds', ['division_code', 'kind', 'valid_from'], unique=True)
    op.create_index('uq_division_kinds_open', 'division_kinds', ['division_code', 'kind'], unique=True, postgresql_where=sa.text('valid_to is null'))
    op.create_index(op.f('ix_division_kinds_kind_division_code'), 'division_kinds', ['kind', 'division_code'])
    op.execute(END_ONCE)
    op.execute(
        "create trigger end_once before update or delete on division_kinds"
        " for each row execute function division_kinds_end_once()"
    )


def downgrade() -> None:
    """Natural villages and the history of divisions have no place in the schema before; they go."""
    for table in ('division_load_lines', 'division_kinds', 'division_former_names', 'division_successions', 'division_changed', 'division_changes'):
        op.drop_table(table)
    op.execute('drop function division_kinds_end_once()')
    for index in ('closed', 'name_syllables', 'name_characters', 'name_initials', 'name_pinyin'):
        op.drop_index(f'ix_divisions_{index}', 'divisions')
    op.drop_constraint(op.f('ck_divisions_days_in_order'), 'divisions')
    op.drop_constraint(op.f('ck_divisions_code_form'), 'divisions')
    op.execute("delete from divisions where length(code) = 15")
    for column in ('valid_to', 'named_from', 'name_initials', 'name_pinyin'):
        op.drop_column('divisions', column)
    op.alter_column('divisions', 'parent_code', type_=sa.String(length=9), existing_nullable=False)
    op.alter_column('divisions', 'code', type_=sa.String(length=12), existing_nullable=False)
    op.create_check_constraint(op.f('ck_divisions_code_form'), 'divisions', FIVE_LEVELS)

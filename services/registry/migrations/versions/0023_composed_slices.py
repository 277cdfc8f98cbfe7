"""a slice keeps its own content where no version is what was so on the year's last day"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.chassis.row_security import in_range

revision = "0023"
down_revision = "0022"

APP = "lika_registry_app"
HEAD = """
create or replace view household_files_frozen as
select s.year, s.village_code, s.household_id, s.version, s.status, s.member_count, s.net_income_fen, y.closed_through,
"""
REST = f"""
       h.household_no, h.opened_on, h.split_from,
       case when h.registered_on <= y.closed_through then h.registered_on end as registered_on,
       case when h.version = s.version then h.closed_on end as closed_on,
       case when h.version = s.version then h.closing end as closing,
       case when h.version = s.version then h.merged_into end as merged_into%s
from household_slices as s
join register_years as y on y.county_code = s.county_code and y.year = s.year
join household_versions as v on v.household_id = s.household_id and v.version = s.version
join households as h on h.id = s.household_id
where {in_range("s.village_code", as_filter=True)}
"""  # noqa: S608 - texts of ours
PLAIN = HEAD + "       v.content," + REST % ""
COMPOSED = (
    HEAD
    + "       coalesce(s.content, v.content) as content,"
    + REST % ",\n       s.content is not null as composed, y.closed_on as year_closed_on"
)


def upgrade() -> None:
    op.add_column("household_slices", sa.Column("content", postgresql.JSONB(), nullable=True))
    op.execute(COMPOSED)


def downgrade() -> None:
    op.execute("drop view household_files_frozen")
    op.execute(PLAIN)
    op.execute(f"grant select on household_files_frozen to {APP}")
    op.drop_column("household_slices", "content")

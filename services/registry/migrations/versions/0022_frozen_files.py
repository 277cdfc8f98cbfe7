"""files frozen with a year are read from the village they were frozen under"""

from __future__ import annotations

from alembic import op

from shared.chassis.row_security import in_range

revision = "0022"
down_revision = "0021"

# The policies of slices, versions and households follow the household as it stands now, which a move takes elsewhere.
# The view is the owner's and holds the range by the frozen village. Of the household it tells only what was so when
# the year was frozen: how a file ended belongs to the version frozen, or is not told. No barrier, so that a page is
# read in the order of the index; the range stands in a CASE, as with `people_searched`.
FILES_FROZEN = f"""
create view household_files_frozen as
select s.year, s.village_code, s.household_id, s.version, s.status, s.member_count, s.net_income_fen, y.closed_through,
       v.content, h.household_no, h.opened_on, h.split_from,
       case when h.registered_on <= y.closed_through then h.registered_on end as registered_on,
       case when h.version = s.version then h.closed_on end as closed_on,
       case when h.version = s.version then h.closing end as closing,
       case when h.version = s.version then h.merged_into end as merged_into
from household_slices as s
join register_years as y on y.county_code = s.county_code and y.year = s.year
join household_versions as v on v.household_id = s.household_id and v.version = s.version
join households as h on h.id = s.household_id
where {in_range("s.village_code", as_filter=True)}
"""  # noqa: S608 - texts of ours
APP = "lika_registry_app"


def upgrade() -> None:
    op.execute(FILES_FROZEN)
    op.execute(f"grant select on household_files_frozen to {APP}")


def downgrade() -> None:
    op.execute("drop view household_files_frozen")

"""natural changes and identifications stand behind the second wall"""

from __future__ import annotations

from alembic import op

from shared.chassis.row_security import in_range

revision = "0016"
down_revision = "0015"

HERE, THERE = in_range("village_code"), in_range("other_village_code")
ITS_CHANGE_IS_SEEN = "exists (select from natural_changes c where c.id = change_id)"
THEY_ARE_SEEN = "exists (select from household_members m where m.id = member_id)"
ITS_LIST_IS_SEEN = "exists (select from identifications i where i.id = identification_id)"
POLICIES = {
    # Both sides of a move or a marriage see it, and the receiving one decides on it.
    "natural_changes": f"({HERE}) or ({THERE})",
    "natural_change_decisions": ITS_CHANGE_IS_SEEN,
    "member_absences": THEY_ARE_SEEN,
    "identifications": HERE,
    "identification_households": ITS_LIST_IS_SEEN,
}


def upgrade() -> None:
    for table, rule in POLICIES.items():
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"create policy in_range on {table} for all using ({rule}) with check ({rule})")


def downgrade() -> None:
    for table in POLICIES:
        op.execute(f"drop policy in_range on {table}")
        op.execute(f"alter table {table} disable row level security")

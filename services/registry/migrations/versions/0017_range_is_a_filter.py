"""the range of the policies is a filter and no way in"""

from __future__ import annotations

from alembic import op

from shared.chassis.row_security import in_range

revision = "0017"
down_revision = "0016"

COLUMNS = {
    "households": ("village_code",),
    "household_members": ("village_code",),
    "natural_changes": ("village_code", "other_village_code"),
    "identifications": ("village_code",),
}


def _rule(columns: tuple[str, ...], *, as_filter: bool) -> str:
    return " or ".join(f"({in_range(column, as_filter=as_filter)})" for column in columns)


def upgrade() -> None:
    # How wide the range is nobody can tell the planner: taken for a narrow one, it was read in place of an index.
    for table, columns in COLUMNS.items():
        op.execute(f"alter policy in_range on {table} using ({_rule(columns, as_filter=True)})")


def downgrade() -> None:
    for table, columns in COLUMNS.items():
        op.execute(f"alter policy in_range on {table} using ({_rule(columns, as_filter=False)})")

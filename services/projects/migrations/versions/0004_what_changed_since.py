"""what changed since"""

from __future__ import annotations

from alembic import op

from shared.chassis.changes import drop_noted, keep_noted

revision = "0004"
down_revision = "0003"

KEYS = {"projects": "project_code", "plans": "id"}


def upgrade() -> None:
    for table, key in KEYS.items():
        for statement in keep_noted(table):
            op.execute(statement)
        op.create_index(f"ix_{table}_written", table, ["written_in", key])


def downgrade() -> None:
    for table in KEYS:
        op.drop_index(f"ix_{table}_written", table_name=table)
        for statement in drop_noted(table):
            op.execute(statement)

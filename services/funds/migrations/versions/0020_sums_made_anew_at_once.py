"""sums made anew at once"""

from __future__ import annotations

import re
from pathlib import Path

from alembic import op

revision = "0020"
down_revision = "0019"

SQL = Path(__file__).resolve().parents[1] / "sql"


def upgrade() -> None:
    op.get_bind().exec_driver_sql((SQL / "spending_made_anew.sql").read_text("utf-8"))


def downgrade() -> None:
    before = (SQL / "spending_facts.sql").read_text("utf-8")
    found = re.search(r"^create function rebuild_spending.*?^end \$\$;", before, flags=re.DOTALL | re.MULTILINE)
    assert found is not None
    op.get_bind().exec_driver_sql(found.group().replace("create function", "create or replace function", 1))

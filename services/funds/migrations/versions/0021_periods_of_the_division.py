"""a closed period closes every book of its division"""

from __future__ import annotations

import re
from pathlib import Path

from alembic import op

revision = "0021"
down_revision = "0020"

SQL = Path(__file__).resolve().parents[1] / "sql"


def upgrade() -> None:
    op.get_bind().exec_driver_sql((SQL / "periods_of_the_division.sql").read_text("utf-8"))


def downgrade() -> None:
    before = (SQL / "post_transfers_followed.sql").read_text("utf-8")
    found = re.search(r"^create function follow_transfer.*?^end \$\$;", before, flags=re.DOTALL | re.MULTILINE)
    assert found is not None
    op.get_bind().exec_driver_sql(found.group().replace("create function", "create or replace function", 1))

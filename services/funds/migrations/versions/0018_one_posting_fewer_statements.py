"""one posting, fewer statements"""

from __future__ import annotations

import re
from pathlib import Path

from alembic import op

revision = "0018"
down_revision = "0017"

SQL = Path(__file__).resolve().parents[1] / "sql"
ONE_TRANSFER = (
    "post_one_transfer(text, text, timestamptz, bigint, bigint, bigint, text, date, text, bigint, bigint, text)"
)
TEXTS = ("kind", "cause_type", "actor", "reason")
ONE_LINE = "ck_ledger_transfers_one_line"
PERIOD_OPEN = """
create or replace function require_period_open() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $$
declare
  {declared}closed text;
begin
  -- Whoever closes a period holds this lock alone: postings under way end first, later ones see the period closed.
{locked_and_looked_up}    limit 1;
  if found then
    raise exception 'the period is closed'
      using errcode = 'check_violation', constraint = 'ck_ledger_transfers_period_open', table = 'ledger_transfers';
  end if;
  return null;
end $$
"""
ALL_AT_ONCE = """\
  perform pg_advisory_xact_lock_shared(7421, hashtext(book)) from (select distinct book from added order by 1) books;
  select c.period into closed
    from (select book, min(effective_on) as first_on, max(effective_on) as last_on from added group by book) a
    join period_closes c on c.division_code = a.book and c.state <> 'reopened' and c.last_on >= a.first_on
    where exists (
      select from added t where t.book = c.division_code and t.effective_on between c.first_on and c.last_on
    )
"""
BOOK_BY_BOOK = """\
  select min(book), max(book), min(effective_on), max(effective_on)
    into first_book, last_book, first_day, last_day from added;
  if first_book = last_book then
    perform pg_advisory_xact_lock_shared(7421, hashtext(first_book));
  else
    perform pg_advisory_xact_lock_shared(7421, hashtext(book)) from (select distinct book from added order by 1) books;
  end if;
  select c.period into closed
    from period_closes c
    where c.division_code between first_book and last_book and c.state <> 'reopened'
      and c.last_on >= first_day and c.first_on <= last_day
      and exists (
        select from added t where t.book = c.division_code and t.effective_on between c.first_on and c.last_on
      )
"""
DAYS_AND_BOOKS = "first_book text; last_book text; first_day date; last_day date; "


def upgrade() -> None:
    for statement in _statements("post_transfers_at_once"):
        op.get_bind().exec_driver_sql(statement)
    op.execute(f"drop function {ONE_TRANSFER}")
    op.execute(PERIOD_OPEN.format(declared=DAYS_AND_BOOKS, locked_and_looked_up=BOOK_BY_BOOK))
    _one_line(f"strpos(concat({', '.join(TEXTS)}), chr(10)) = 0")


def downgrade() -> None:
    _one_line(" and ".join(f"strpos(coalesce({name}, ''), chr(10)) = 0" for name in TEXTS))
    op.execute(PERIOD_OPEN.format(declared="", locked_and_looked_up=ALL_AT_ONCE))
    for statement in _statements("post_transfers"):
        op.get_bind().exec_driver_sql(statement.replace("create function", "create or replace function", 1))
    op.execute(f"revoke all on function {ONE_TRANSFER} from public")


def _one_line(rule: str) -> None:
    """What is hashed line by line holds no line end. A check is parsed anew by every statement: the shorter, the faster."""
    op.drop_constraint(op.f(ONE_LINE), "ledger_transfers")
    op.create_check_constraint(op.f(ONE_LINE), "ledger_transfers", rule)


def _statements(name: str) -> list[str]:
    """The statements of a file, without its comments; a body between $$ stays whole."""
    text = re.sub(r"^--.*\n", "", (SQL / f"{name}.sql").read_text("utf-8"), flags=re.MULTILINE)
    parts = re.findall(r"(?:\$\$.*?\$\$|[^;$])+", text, flags=re.DOTALL)
    return [part.strip() for part in parts if part.strip()]

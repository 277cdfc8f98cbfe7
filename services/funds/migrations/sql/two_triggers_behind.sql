-- What followed a transfer before 0019, by two triggers.
create function require_period_open() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $$
declare
  first_book text; last_book text; first_day date; last_day date; closed text;
begin
  -- Whoever closes a period holds this lock alone: postings under way end first, later ones see the period closed.
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
    limit 1;
  if found then
    raise exception 'the period is closed'
      using errcode = 'check_violation', constraint = 'ck_ledger_transfers_period_open', table = 'ledger_transfers';
  end if;
  return null;
end $$;

create trigger period_open after insert on ledger_transfers
    referencing new table as added for each statement execute function require_period_open();
alter table ledger_transfers enable always trigger period_open;

create function note_spending() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
    insert into spending_tail (transfer_id) select id from written;
    return null;
end $$;

create trigger note_spending after insert on ledger_transfers
    referencing new table as written for each statement execute function note_spending();
alter table ledger_transfers enable always trigger note_spending;

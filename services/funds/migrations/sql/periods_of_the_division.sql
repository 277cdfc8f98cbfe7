-- What follows a transfer: no period is closed on its day, and it waits to be added to the sums of spending.
-- A period is closed for every book of its division: 341622 and beside it 341622-gift, -loan, -pool, -risk and -share.
create or replace function follow_transfer() returns trigger language plpgsql as $$
declare
    locked text;
begin
    -- Whoever closes a period holds this lock alone: postings under way end first, later ones see the period closed.
    locked := pg_catalog.pg_advisory_xact_lock_shared(
        7421, pg_catalog.hashtext(pg_catalog.split_part(new.book, '-', 1)))::text;
    insert into public.spending_tail (transfer_id)
    select new.id where (
        select c.id from public.period_closes c
         where c.division_code = pg_catalog.split_part(new.book, '-', 1) and c.state <> 'reopened'
           and c.last_on >= new.effective_on and c.first_on <= new.effective_on limit 1
    ) is null;
    if not found then
        raise check_violation using message = 'the period is closed',
            constraint = 'ck_ledger_transfers_period_open', table = 'ledger_transfers';
    end if;
    return null;
end $$;

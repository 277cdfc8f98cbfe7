-- The least an account held at the end of a day or of any later one, movements of the same call before this included.
create function ledger_lowest_since(
    in_account bigint, in_day date, in_debits bigint[], in_credits bigint[], in_amounts bigint[], in_days date[]
) returns bigint language sql stable set search_path = pg_catalog, public, pg_temp as $$
    with changes (day, change) as (
        values (in_day, 0::bigint)
        union all
        select greatest(effective_on, in_day), amount_fen from ledger_transfers where credit_id = in_account
        union all
        select greatest(effective_on, in_day), -amount_fen from ledger_transfers where debit_id = in_account
        union all
        select greatest(m.day, in_day), case when m.credit = in_account then m.fen else -m.fen end
          from unnest(in_debits, in_credits, in_amounts, in_days) m (debit, credit, fen, day)
         where in_account in (m.debit, m.credit)
    ), held as (
        select sum(sum(change)) over (order by day) as fen from changes group by day
    )
    select min(fen)::bigint from held
$$;

-- Whether so much of a transfer may still be undone. Its row is locked, so that two who undo it come one by one.
create function ledger_may_undo(in_transfer bigint, in_amount bigint, in_undone bigint[], in_amounts bigint[])
returns boolean language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
    whole bigint;
begin
    select amount_fen into whole from ledger_transfers where id = in_transfer for no key update;
    if not found then
        raise foreign_key_violation using message = 'a movement undoes a transfer that does not exist';
    end if;
    return in_amount <= whole
        - (select coalesce(sum(amount_fen), 0) from ledger_transfers where reverses = in_transfer)
        - (select coalesce(sum(m.fen), 0) from unnest(in_undone, in_amounts) m (undone, fen) where m.undone = in_transfer);
end $$;

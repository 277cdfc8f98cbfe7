-- Whether so much of a transfer may be undone, besides what is undone of it in the same call. What a correction took back
-- of an undoing is not undone.
create or replace function ledger_may_undo(
    in_transfer bigint, in_amount bigint, in_undone bigint[], in_amounts bigint[]
) returns boolean language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
    whole bigint;
begin
    select amount_fen into whole from ledger_transfers where id = in_transfer for no key update;
    if not found then
        raise foreign_key_violation using message = 'a movement undoes a transfer that does not exist';
    end if;
    return in_amount <= whole
        - (select coalesce(sum(t.amount_fen), 0) from ledger_transfers t
            where t.reverses = in_transfer
              and not exists (select from ledger_transfers c where c.reverses = t.id and c.kind = 'correction'))
        - (select coalesce(sum(m.fen), 0) from unnest(in_undone, in_amounts) m (undone, fen) where m.undone = in_transfer);
end $$;

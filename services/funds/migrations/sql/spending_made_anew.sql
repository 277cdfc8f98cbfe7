-- Makes the sums anew from the transfers alone; how many transfers they come from. Posting waits meanwhile.
-- All transfers are read and added up at once: taken from the waiting ones piece by piece, each would be looked up.
create or replace function rebuild_spending() returns bigint language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
    perform pg_advisory_xact_lock(hashtext('fold_spending'));
    lock table ledger_transfers in share row exclusive mode;
    delete from spending_tail;
    delete from spending_months;
    delete from spending_days;
    delete from holding_days;
    insert into holding_days (
        fund_year, held_in, fund_kind, batch, allocation_id, effective_on, received_fen, allocated_fen, paid_fen,
        returned_fen, withheld_fen)
    select fund_year, held_in, fund_kind, batch, allocation_id, effective_on, sum(received_fen), sum(allocated_fen),
           sum(paid_fen), sum(returned_fen), sum(withheld_fen)
      from spending_effects
     group by fund_year, held_in, fund_kind, batch, allocation_id, effective_on
    having sum(received_fen) <> 0 or sum(allocated_fen) <> 0 or sum(paid_fen) <> 0 or sum(returned_fen) <> 0
        or sum(withheld_fen) <> 0;
    insert into spending_days (
        fund_year, county_code, fund_kind, batch, effective_on, received_fen, allocated_fen, paid_fen, returned_fen,
        withheld_fen)
    select fund_year, left(held_in, 6), fund_kind, batch, effective_on, sum(received_fen), sum(allocated_fen),
           sum(paid_fen), sum(returned_fen), sum(withheld_fen)
      from holding_days group by 1, 2, 3, 4, 5;
    insert into spending_months (
        fund_year, county_code, fund_kind, batch, month, received_fen, allocated_fen, paid_fen, returned_fen,
        withheld_fen)
    select fund_year, county_code, fund_kind, batch, date_trunc('month', effective_on)::date, sum(received_fen),
           sum(allocated_fen), sum(paid_fen), sum(returned_fen), sum(withheld_fen)
      from spending_days group by 1, 2, 3, 4, 5;
    return (select count(*) from ledger_transfers);
end $$;

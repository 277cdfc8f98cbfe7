-- What each transfer changes in an area's spending: at most one row for each of its two accounts.
--
-- Money counts as received where the account it stands on is held: a document's line on its way down with who drew it
-- on a receipt, a proposal or recall with the receipt, an approved allocation's money where the project is. Money
-- outside receipts (loans, donations, pools) is held nowhere and has no row. A correction takes back what it undoes:
-- it is no return. Measures are those of domain/progress.py, in fen.
create view spending_effects as
select t.id as transfer_id, t.fund_year, held.held_in, a.fund_kind, a.batch, coalesce(given.id, 0) as allocation_id,
       t.effective_on, t.recorded_at,
       leg.sign * t.amount_fen as received_fen,
       case when given.id is null then 0 else leg.sign * t.amount_fen end as allocated_fen,
       case when a.kind in ('paid', 'batch_paid') and (leg.sign > 0) = (t.kind <> 'correction')
            then leg.sign * t.amount_fen else 0 end as paid_fen,
       case when a.kind in ('paid', 'batch_paid') and (leg.sign > 0) = (t.kind = 'correction')
            then -leg.sign * t.amount_fen else 0 end as returned_fen,
       case when a.kind = 'withheld' then leg.sign * t.amount_fen else 0 end as withheld_fen
  from ledger_transfers t
 cross join lateral (values (t.debit_id, -1), (t.credit_id, 1)) leg (account_id, sign)
  join ledger_accounts a on a.id = leg.account_id
  left join receipts kept on kept.id = a.receipt_id
  left join allocations given on given.id = a.allocation_id and a.kind <> 'reserved'
  left join recalls recall on recall.id = a.owner_id and a.kind = 'recalling' and a.receipt_id is null
  left join document_lines line
    on line.id = case when a.kind = 'transit' then a.owner_id else recall.document_line_id end
  left join documents document on document.id = line.document_id
  left join receipts drawn_on on drawn_on.id = document.drawn_on_receipt_id
 cross join lateral (
    select case when line.id is not null then drawn_on.division_code
                when a.kind in ('receipt', 'recalling', 'reserved') then kept.division_code
                else given.division_code end) held (held_in)
 where held.held_in is not null;

-- Every transfer waits here until it is added to the sums: who asks adds up the sums and what waits.
create function note_spending() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
    insert into spending_tail (transfer_id) select id from written;
    return null;
end $$;

create trigger note_spending after insert on ledger_transfers
    referencing new table as written for each statement execute function note_spending();
alter table ledger_transfers enable always trigger note_spending;

-- Adds what waits to the sums, at most so many transfers, one caller at a time; how many it were.
create function fold_spending(most int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
    taken bigint[];
begin
    if not pg_try_advisory_xact_lock(hashtext('fold_spending')) then
        return 0;
    end if;
    with gone as (
        delete from spending_tail
         where transfer_id in (select transfer_id from spending_tail order by transfer_id limit most)
        returning transfer_id)
    select array_agg(transfer_id) into taken from gone;
    if taken is null then
        return 0;
    end if;
    with changes as materialized (
        select fund_year, held_in, fund_kind, batch, allocation_id, effective_on, sum(received_fen) as received_fen,
               sum(allocated_fen) as allocated_fen, sum(paid_fen) as paid_fen, sum(returned_fen) as returned_fen,
               sum(withheld_fen) as withheld_fen
          from spending_effects where transfer_id = any (taken)
         group by fund_year, held_in, fund_kind, batch, allocation_id, effective_on
        having sum(received_fen) <> 0 or sum(allocated_fen) <> 0 or sum(paid_fen) <> 0 or sum(returned_fen) <> 0
            or sum(withheld_fen) <> 0
    ),
    by_day as (
        insert into spending_days as kept (
            fund_year, county_code, fund_kind, batch, effective_on, received_fen, allocated_fen, paid_fen, returned_fen,
            withheld_fen)
        select fund_year, left(held_in, 6), fund_kind, batch, effective_on, sum(received_fen),
               sum(allocated_fen), sum(paid_fen), sum(returned_fen), sum(withheld_fen)
          from changes group by 1, 2, 3, 4, 5
        on conflict (fund_year, county_code, fund_kind, batch, effective_on) do update set
            received_fen = kept.received_fen + excluded.received_fen,
            allocated_fen = kept.allocated_fen + excluded.allocated_fen,
            paid_fen = kept.paid_fen + excluded.paid_fen,
            returned_fen = kept.returned_fen + excluded.returned_fen,
            withheld_fen = kept.withheld_fen + excluded.withheld_fen
    ),
    by_month as (
        insert into spending_months as kept (
            fund_year, county_code, fund_kind, batch, month, received_fen, allocated_fen, paid_fen, returned_fen,
            withheld_fen)
        select fund_year, left(held_in, 6), fund_kind, batch, date_trunc('month', effective_on)::date, sum(received_fen),
               sum(allocated_fen), sum(paid_fen), sum(returned_fen), sum(withheld_fen)
          from changes group by 1, 2, 3, 4, 5
        on conflict (fund_year, county_code, fund_kind, batch, month) do update set
            received_fen = kept.received_fen + excluded.received_fen,
            allocated_fen = kept.allocated_fen + excluded.allocated_fen,
            paid_fen = kept.paid_fen + excluded.paid_fen,
            returned_fen = kept.returned_fen + excluded.returned_fen,
            withheld_fen = kept.withheld_fen + excluded.withheld_fen
    )
    insert into holding_days as kept (
        fund_year, held_in, fund_kind, batch, allocation_id, effective_on, received_fen, allocated_fen, paid_fen,
        returned_fen, withheld_fen)
    select fund_year, held_in, fund_kind, batch, allocation_id, effective_on, received_fen, allocated_fen, paid_fen,
           returned_fen, withheld_fen
      from changes
    on conflict (fund_year, held_in, fund_kind, batch, allocation_id, effective_on) do update set
        received_fen = kept.received_fen + excluded.received_fen,
        allocated_fen = kept.allocated_fen + excluded.allocated_fen,
        paid_fen = kept.paid_fen + excluded.paid_fen,
        returned_fen = kept.returned_fen + excluded.returned_fen,
        withheld_fen = kept.withheld_fen + excluded.withheld_fen;
    return cardinality(taken);
end $$;

-- Makes the sums anew from the transfers alone; how many transfers they come from. Posting waits meanwhile.
create function rebuild_spending() returns bigint language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
    counted bigint;
begin
    perform pg_advisory_xact_lock(hashtext('fold_spending'));
    lock table ledger_transfers in share row exclusive mode;
    delete from spending_months;
    delete from spending_days;
    delete from holding_days;
    insert into spending_tail select id from ledger_transfers on conflict do nothing;
    select count(*) into counted from spending_tail;
    while fold_spending(100000) > 0 loop
    end loop;
    return counted;
end $$;

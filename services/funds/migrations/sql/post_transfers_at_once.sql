-- Moves money: all of the movements, in order, or none. The one way to transfers and balances; what it refuses and what
-- it hashes is said in post_transfers.sql. Most postings are one movement: it is made here, without arrays and without a
-- call inside the call, by two locks, one new row and one statement for both balances.
create or replace function post_transfers(
    in_book text, in_actor text, in_at timestamptz, in_debits bigint[], in_credits bigint[], in_amounts bigint[],
    in_kinds text[], in_days date[], in_cause_types text[], in_cause_ids bigint[], in_undone bigint[],
    in_reasons text[],
    out transfers bigint[], out refusal text, out refused_at int, out available_fen bigint,
    out accounts bigint[], out balances bigint[], out versions bigint[], out last_days date[], out hashes bytea[]
) language plpgsql security definer
set search_path = pg_catalog, public, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
    -- of the one movement: d_ is the debit account, c_ the credit account, as they are and then as they become
    in_debit bigint := in_debits[1]; in_credit bigint := in_credits[1]; in_amount bigint := in_amounts[1];
    in_day date := in_days[1];
    d_year bigint; d_kind text; d_fen bigint; d_version bigint; d_hash bytea; d_day date;
    c_fen bigint; c_version bigint; c_hash bytea; c_day date; lowest bigint; made bytea; written bigint;
begin
    if cardinality(in_debits) <> 1 then
        select * into transfers, refusal, refused_at, available_fen, accounts, balances, versions, last_days, hashes
          from post_many_transfers(in_book, in_actor, in_at, in_debits, in_credits, in_amounts, in_kinds, in_days,
                                   in_cause_types, in_cause_ids, in_undone, in_reasons);
        return;
    end if;
    if in_debit < in_credit then
        select fund_year, kind, balance_fen, version, last_hash, last_effective_on
          into d_year, d_kind, d_fen, d_version, d_hash, d_day from ledger_accounts where id = in_debit for no key update;
        select balance_fen, version, last_hash, last_effective_on
          into c_fen, c_version, c_hash, c_day from ledger_accounts where id = in_credit for no key update;
    else
        select balance_fen, version, last_hash, last_effective_on
          into c_fen, c_version, c_hash, c_day from ledger_accounts where id = in_credit for no key update;
        select fund_year, kind, balance_fen, version, last_hash, last_effective_on
          into d_year, d_kind, d_fen, d_version, d_hash, d_day from ledger_accounts where id = in_debit for no key update;
    end if;
    if d_version is null or c_version is null then
        raise foreign_key_violation using message = 'a movement names an account that does not exist';
    end if;
    refused_at := 1;
    if in_undone[1] is not null and not ledger_may_undo(in_undone[1], in_amount, '{}', '{}') then
        refusal := 'undone_already';
        return;
    end if;
    if d_kind <> 'source' then
        if d_fen < in_amount then
            refusal := 'not_covered'; available_fen := d_fen;
            return;
        end if;
        if in_day < d_day then
            lowest := ledger_lowest_since(in_debit, in_day, '{}', '{}', '{}', '{}');
            if lowest < in_amount then
                refusal := 'not_on_that_day'; available_fen := greatest(lowest, 0);
                return;
            end if;
        end if;
    end if;
    refused_at := null;
    d_version := d_version + 1; c_version := c_version + 1; d_fen := d_fen - in_amount; c_fen := c_fen + in_amount;
    d_day := greatest(d_day, in_day); c_day := greatest(c_day, in_day);
    accounts := array[in_debit, in_credit];
    versions := array[d_version, c_version];
    balances := array[d_fen, c_fen];
    last_days := array[d_day, c_day];
    made := sha256(d_hash || c_hash || convert_to(concat_ws(
        E'\n', '2', in_book, in_debit, d_version, d_fen, in_credit, c_version,
        c_fen, in_amount, in_kinds[1], d_year, in_day - date '1970-01-01',
        (extract(epoch from in_at) * 1000000)::bigint, in_cause_types[1], in_cause_ids[1], in_actor,
        coalesce(in_undone[1]::text, ''), coalesce(in_reasons[1], '')), 'UTF8'));
    hashes := array[made, made];
    insert into ledger_transfers (
        book, debit_id, credit_id, amount_fen, kind, fund_year, effective_on, recorded_at, cause_type, cause_id, actor,
        reverses, hash, debit_version, debit_balance_fen, debit_previous, credit_version, credit_balance_fen,
        credit_previous, reason)
    values (
        in_book, in_debit, in_credit, in_amount, in_kinds[1], d_year, in_day, in_at, in_cause_types[1], in_cause_ids[1],
        in_actor, in_undone[1], made, d_version, d_fen, d_hash, c_version, c_fen, c_hash, in_reasons[1])
    returning id into written;
    transfers := array[written];
    update ledger_accounts
       set balance_fen = case id when in_debit then d_fen else c_fen end,
           version = case id when in_debit then d_version else c_version end, last_hash = made,
           last_effective_on = case id when in_debit then d_day else c_day end
     where id in (in_debit, in_credit);
end $$;

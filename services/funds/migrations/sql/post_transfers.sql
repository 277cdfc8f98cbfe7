-- One movement: the same rules as for several, without arrays. Most postings are one movement.
create function post_one_transfer(
    in_book text, in_actor text, in_at timestamptz, in_debit bigint, in_credit bigint, in_amount bigint, in_kind text,
    in_day date, in_cause_type text, in_cause_id bigint, in_undone bigint, in_reason text,
    out transfers bigint[], out refusal text, out refused_at int, out available_fen bigint,
    out accounts bigint[], out balances bigint[], out versions bigint[], out last_days date[], out hashes bytea[]
) language plpgsql as $$
declare
    d ledger_accounts; c ledger_accounts; lowest bigint; made bytea; written bigint;
begin
    if in_debit < in_credit then
        select * into d from ledger_accounts where id = in_debit for no key update;
        select * into c from ledger_accounts where id = in_credit for no key update;
    else
        select * into c from ledger_accounts where id = in_credit for no key update;
        select * into d from ledger_accounts where id = in_debit for no key update;
    end if;
    if d.id is null or c.id is null then
        raise foreign_key_violation using message = 'a movement names an account that does not exist';
    end if;
    refused_at := 1;
    if in_undone is not null and not ledger_may_undo(in_undone, in_amount, '{}', '{}') then
        refusal := 'undone_already';
        return;
    end if;
    if d.kind <> 'source' then
        if d.balance_fen < in_amount then
            refusal := 'not_covered'; available_fen := d.balance_fen;
            return;
        end if;
        if in_day < d.last_effective_on then
            lowest := ledger_lowest_since(in_debit, in_day, '{}', '{}', '{}', '{}');
            if lowest < in_amount then
                refusal := 'not_on_that_day'; available_fen := greatest(lowest, 0);
                return;
            end if;
        end if;
    end if;
    refused_at := null;
    accounts := array[in_debit, in_credit];
    versions := array[d.version + 1, c.version + 1];
    balances := array[d.balance_fen - in_amount, c.balance_fen + in_amount];
    last_days := array[greatest(d.last_effective_on, in_day), greatest(c.last_effective_on, in_day)];
    made := sha256(d.last_hash || c.last_hash || convert_to(concat_ws(
        E'\n', '2', in_book, in_debit, d.version + 1, d.balance_fen - in_amount, in_credit, c.version + 1,
        c.balance_fen + in_amount, in_amount, in_kind, d.fund_year, in_day - date '1970-01-01',
        (extract(epoch from in_at) * 1000000)::bigint, in_cause_type, in_cause_id, in_actor,
        coalesce(in_undone::text, ''), coalesce(in_reason, '')), 'UTF8'));
    hashes := array[made, made];
    insert into ledger_transfers (
        book, debit_id, credit_id, amount_fen, kind, fund_year, effective_on, recorded_at, cause_type, cause_id, actor,
        reverses, hash, debit_version, debit_balance_fen, debit_previous, credit_version, credit_balance_fen,
        credit_previous, reason)
    values (
        in_book, in_debit, in_credit, in_amount, in_kind, d.fund_year, in_day, in_at, in_cause_type, in_cause_id,
        in_actor, in_undone, made, d.version + 1, d.balance_fen - in_amount, d.last_hash, c.version + 1,
        c.balance_fen + in_amount, c.last_hash, in_reason)
    returning id into written;
    transfers := array[written];
    update ledger_accounts
       set balance_fen = balance_fen - in_amount, version = version + 1, last_hash = made,
           last_effective_on = greatest(last_effective_on, in_day)
     where id = in_debit;
    update ledger_accounts
       set balance_fen = balance_fen + in_amount, version = version + 1, last_hash = made,
           last_effective_on = greatest(last_effective_on, in_day)
     where id = in_credit;
end $$;

-- Several movements, in order.
create function post_many_transfers(
    in_book text, in_actor text, in_at timestamptz, in_debits bigint[], in_credits bigint[], in_amounts bigint[],
    in_kinds text[], in_days date[], in_cause_types text[], in_cause_ids bigint[], in_undone bigint[],
    in_reasons text[],
    out transfers bigint[], out refusal text, out refused_at int, out available_fen bigint,
    out accounts bigint[], out balances bigint[], out versions bigint[], out last_days date[], out hashes bytea[]
) language plpgsql as $$
declare
    at_us bigint := (extract(epoch from in_at) * 1000000)::bigint;
    kinds text[]; years bigint[]; debit_at int[]; credit_at int[];
    d int; c int; amount bigint; day date;
    cached_debit int := 0; cached_day date; lowest bigint;
    debit_versions bigint[]; debit_balances bigint[]; debit_befores bytea[];
    credit_versions bigint[]; credit_balances bigint[]; credit_befores bytea[];
    moved_years bigint[]; made bytea[];
begin
    select array_agg(a.id), array_agg(a.kind), array_agg(a.fund_year), array_agg(a.balance_fen), array_agg(a.version),
           array_agg(a.last_effective_on), array_agg(a.last_hash)
      into accounts, kinds, years, balances, versions, last_days, hashes
      from (select * from ledger_accounts where id = any (in_debits || in_credits) order by id for no key update) a;
    select array_agg(one.place order by m.move), array_agg(other.place order by m.move)
      into debit_at, credit_at
      from unnest(in_debits, in_credits) with ordinality m (debit, credit, move)
      join unnest(accounts) with ordinality one (id, place) on one.id = m.debit
      join unnest(accounts) with ordinality other (id, place) on other.id = m.credit;
    if cardinality(debit_at) is distinct from cardinality(in_debits) then
        raise foreign_key_violation using message = 'a movement names an account that does not exist';
    end if;
    for i in 1 .. cardinality(in_debits) loop
        d := debit_at[i]; c := credit_at[i]; amount := in_amounts[i]; day := in_days[i];
        if in_undone[i] is not null and not ledger_may_undo(
                in_undone[i], amount, in_undone[: i - 1], in_amounts[: i - 1]) then
            refusal := 'undone_already'; refused_at := i;
            return;
        end if;
        if kinds[d] <> 'source' then
            if balances[d] < amount then
                refusal := 'not_covered'; refused_at := i; available_fen := balances[d];
                return;
            end if;
            if day < last_days[d] then
                if cached_debit <> d or cached_day is distinct from day then
                    lowest := ledger_lowest_since(in_debits[i], day, in_debits[: i - 1], in_credits[: i - 1],
                                                  in_amounts[: i - 1], in_days[: i - 1]);
                    cached_debit := d; cached_day := day;
                end if;
                if lowest < amount then
                    refusal := 'not_on_that_day'; refused_at := i; available_fen := greatest(lowest, 0);
                    return;
                end if;
            end if;
        end if;
        if cached_debit = d and cached_day = day then
            lowest := lowest - amount;
        elsif cached_debit in (d, c) then
            cached_debit := 0;
        end if;
        moved_years[i] := years[d];
        debit_befores[i] := hashes[d]; credit_befores[i] := hashes[c];
        versions[d] := versions[d] + 1; balances[d] := balances[d] - amount; last_days[d] := greatest(last_days[d], day);
        versions[c] := versions[c] + 1; balances[c] := balances[c] + amount; last_days[c] := greatest(last_days[c], day);
        debit_versions[i] := versions[d]; debit_balances[i] := balances[d];
        credit_versions[i] := versions[c]; credit_balances[i] := balances[c];
        made[i] := sha256(hashes[d] || hashes[c] || convert_to(concat_ws(
            E'\n', '2', in_book, in_debits[i], versions[d], balances[d], in_credits[i], versions[c], balances[c], amount,
            in_kinds[i], years[d], day - date '1970-01-01', at_us, in_cause_types[i], in_cause_ids[i], in_actor,
            coalesce(in_undone[i]::text, ''), coalesce(in_reasons[i], '')), 'UTF8'));
        hashes[d] := made[i]; hashes[c] := made[i];
    end loop;
    with written as (
        insert into ledger_transfers (
            book, debit_id, credit_id, amount_fen, kind, fund_year, effective_on, recorded_at, cause_type, cause_id,
            actor, reverses, hash, debit_version, debit_balance_fen, debit_previous, credit_version,
            credit_balance_fen, credit_previous, reason)
        select in_book, m.debit, m.credit, m.fen, m.kind, m.year, m.on_day, in_at, m.cause_type, m.cause_id, in_actor,
               m.undone, m.made, m.debit_version, m.debit_fen, m.debit_before, m.credit_version, m.credit_fen,
               m.credit_before, m.reason
          from unnest(in_debits, in_credits, in_amounts, in_kinds, moved_years, in_days, in_cause_types, in_cause_ids,
                      in_undone, made, debit_versions, debit_balances, debit_befores, credit_versions, credit_balances,
                      credit_befores, in_reasons) with ordinality m (
                   debit, credit, fen, kind, year, on_day, cause_type, cause_id, undone, made, debit_version, debit_fen,
                   debit_before, credit_version, credit_fen, credit_before, reason, place)
         order by m.place
        returning id)
    select array_agg(id order by id) into transfers from written;
    update ledger_accounts a
       set balance_fen = m.fen, version = m.version, last_effective_on = m.on_day, last_hash = m.made
      from unnest(accounts, balances, versions, last_days, hashes) m (id, fen, version, on_day, made)
     where a.id = m.id;
end $$;

-- Moves money: all of the movements, in order, or none. The one way to transfers and balances.
--
-- Locks the accounts by id, so that two calls never wait for each other in a circle. Refuses, without having changed
-- anything, a draw on more than an account holds now ('not_covered') or held on the effective day or a later one
-- ('not_on_that_day'), and undoing more of a transfer than it moved ('undone_already'); `refused_at` counts from 1.
-- The content that is hashed is described in services/funds/domain/ledger.py. Plans are kept: made anew for the
-- values of each call they cost more than the call.
create function post_transfers(
    in_book text, in_actor text, in_at timestamptz, in_debits bigint[], in_credits bigint[], in_amounts bigint[],
    in_kinds text[], in_days date[], in_cause_types text[], in_cause_ids bigint[], in_undone bigint[],
    in_reasons text[],
    out transfers bigint[], out refusal text, out refused_at int, out available_fen bigint,
    out accounts bigint[], out balances bigint[], out versions bigint[], out last_days date[], out hashes bytea[]
) language plpgsql security definer
set search_path = pg_catalog, public, pg_temp set plan_cache_mode = force_generic_plan as $$
begin
    if cardinality(in_debits) = 1 then
        select * into transfers, refusal, refused_at, available_fen, accounts, balances, versions, last_days, hashes
          from post_one_transfer(in_book, in_actor, in_at, in_debits[1], in_credits[1], in_amounts[1], in_kinds[1],
                                 in_days[1], in_cause_types[1], in_cause_ids[1], in_undone[1], in_reasons[1]);
    else
        select * into transfers, refusal, refused_at, available_fen, accounts, balances, versions, last_days, hashes
          from post_many_transfers(in_book, in_actor, in_at, in_debits, in_credits, in_amounts, in_kinds, in_days,
                                   in_cause_types, in_cause_ids, in_undone, in_reasons);
    end if;
end $$

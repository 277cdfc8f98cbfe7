-- Moves money: all of the movements, in order, or none. The one way to transfers and balances; what it refuses and what
-- it hashes is said in post_transfers.sql. Most postings are one movement: it is made here, by one lock of both accounts,
-- one new row and one statement for both balances. What a transaction evaluates is prepared anew in it, expression by
-- expression: so little is assigned and each row is looked for once.
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
    c_fen bigint; c_version bigint; c_hash bytea; c_day date; lowest bigint; made bytea;
begin
    if cardinality(in_debits) <> 1 then
        select * into transfers, refusal, refused_at, available_fen, accounts, balances, versions, last_days, hashes
          from post_many_transfers(in_book, in_actor, in_at, in_debits, in_credits, in_amounts, in_kinds, in_days,
                                   in_cause_types, in_cause_ids, in_undone, in_reasons);
        return;
    end if;
    -- Rows are locked in the order in which their tables are named: the lower id first.
    if in_debit < in_credit then
        select d.fund_year, d.kind, d.balance_fen, d.version + 1, d.last_hash, d.last_effective_on,
               c.balance_fen + in_amount, c.version + 1, c.last_hash, greatest(c.last_effective_on, in_day)
          into d_year, d_kind, d_fen, d_version, d_hash, d_day, c_fen, c_version, c_hash, c_day
          from ledger_accounts d, ledger_accounts c where d.id = in_debit and c.id = in_credit for no key update;
    else
        select d.fund_year, d.kind, d.balance_fen, d.version + 1, d.last_hash, d.last_effective_on,
               c.balance_fen + in_amount, c.version + 1, c.last_hash, greatest(c.last_effective_on, in_day)
          into d_year, d_kind, d_fen, d_version, d_hash, d_day, c_fen, c_version, c_hash, c_day
          from ledger_accounts c, ledger_accounts d where d.id = in_debit and c.id = in_credit for no key update;
    end if;
    if not found then
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
    d_fen := d_fen - in_amount;
    made := sha256(d_hash || c_hash || convert_to(concat_ws(
        E'\n', '2', in_book, in_debit, d_version, d_fen, in_credit, c_version,
        c_fen, in_amount, in_kinds[1], d_year, in_day - date '1970-01-01',
        (extract(epoch from in_at) * 1000000)::bigint, in_cause_types[1], in_cause_ids[1], in_actor,
        coalesce(in_undone[1]::text, ''), coalesce(in_reasons[1], '')), 'UTF8'));
    insert into ledger_transfers (
        book, debit_id, credit_id, amount_fen, kind, fund_year, effective_on, recorded_at, cause_type, cause_id, actor,
        reverses, hash, debit_version, debit_balance_fen, debit_previous, credit_version, credit_balance_fen,
        credit_previous, reason)
    values (
        in_book, in_debit, in_credit, in_amount, in_kinds[1], d_year, in_day, in_at, in_cause_types[1], in_cause_ids[1],
        in_actor, in_undone[1], made, d_version, d_fen, d_hash, c_version, c_fen, c_hash, in_reasons[1])
    returning array[id], array[debit_id, credit_id], array[debit_balance_fen, credit_balance_fen],
              array[debit_version, credit_version], array[greatest(d_day, in_day), c_day], array[hash, hash]
         into transfers, accounts, balances, versions, last_days, hashes;
    update ledger_accounts
       set balance_fen = case id when in_debit then d_fen else c_fen end,
           version = case id when in_debit then d_version else c_version end, last_hash = made,
           last_effective_on = case id when in_debit then greatest(d_day, in_day) else c_day end
     where id in (in_debit, in_credit);
end $$;

-- A balance is written only when a newer transfer stands that says the account then holds it: a debit, most likely, where
-- the balance fell, a credit where it rose.
create or replace function require_transfer_behind() returns trigger language plpgsql as $$
declare
    behind bytea;
begin
    if new.balance_fen < old.balance_fen then
        select t.hash into behind from public.ledger_transfers t
         where t.debit_id = new.id and t.debit_version = new.version and t.debit_balance_fen = new.balance_fen;
        if not found then
            select t.hash into behind from public.ledger_transfers t
             where t.credit_id = new.id and t.credit_version = new.version and t.credit_balance_fen = new.balance_fen;
        end if;
    else
        select t.hash into behind from public.ledger_transfers t
         where t.credit_id = new.id and t.credit_version = new.version and t.credit_balance_fen = new.balance_fen;
        if not found then
            select t.hash into behind from public.ledger_transfers t
             where t.debit_id = new.id and t.debit_version = new.version and t.debit_balance_fen = new.balance_fen;
        end if;
    end if;
    if new.version <= old.version or new.last_hash is distinct from behind then
        raise integrity_constraint_violation using message = 'a balance is changed by post_transfers alone';
    end if;
    return new;
end $$;

-- What follows a transfer: no period is closed on its day, and it waits to be added to the sums of spending.
create function follow_transfer() returns trigger language plpgsql as $$
declare
    locked text;
begin
    -- Whoever closes a period holds this lock alone: postings under way end first, later ones see the period closed.
    locked := pg_catalog.pg_advisory_xact_lock_shared(7421, pg_catalog.hashtext(new.book))::text;
    insert into public.spending_tail (transfer_id)
    select new.id where (
        select c.id from public.period_closes c
         where c.division_code = new.book and c.state <> 'reopened'
           and c.last_on >= new.effective_on and c.first_on <= new.effective_on limit 1
    ) is null;
    if not found then
        raise check_violation using message = 'the period is closed',
            constraint = 'ck_ledger_transfers_period_open', table = 'ledger_transfers';
    end if;
    return null;
end $$;

drop trigger period_open on ledger_transfers;
drop trigger note_spending on ledger_transfers;
create trigger follow_transfer after insert on ledger_transfers for each row execute function follow_transfer();
alter table ledger_transfers enable always trigger follow_transfer;

-- The rules of a transfer's row. PostgreSQL parses a table's checks anew in every statement that writes it; a function is
-- kept.
create function require_well_formed(made ledger_transfers) returns boolean language plpgsql immutable as $$
declare
    broken text := case
        when made.amount_fen < 1 then 'amount_positive'
        when made.debit_id = made.credit_id then 'two_accounts'
        when strpos(concat(made.kind, made.cause_type, made.actor, made.reason), e'\n') > 0 then 'one_line'
        when made.kind = 'correction' and (made.reverses is null or coalesce(made.reason, '') = '')
            then 'correction_explained'
        when (made.number is null) <> (made.previous_hash is null) then 'numbered_in_book'
        when made.number is null and (made.debit_previous is null or made.credit_previous is null) then 'chained' end;
begin
    if broken is not null then
        raise check_violation using message = format('a transfer is not well formed: %s', broken),
            constraint = 'ck_ledger_transfers_' || broken, table = 'ledger_transfers';
    end if;
    return true;
end $$;

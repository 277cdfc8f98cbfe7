-- What was posted stays, whoever asks: triggers hold for the owner too, and fire in every replication role.
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise insufficient_privilege using message = format('%s is append only: %s is refused', tg_table_name, lower(tg_op));
end $$;

create trigger refuse_change before update or delete or truncate on ledger_transfers
    for each statement execute function refuse_change();
alter table ledger_transfers enable always trigger refuse_change;

create trigger refuse_change before insert or update or delete or truncate on ledger_chains
    for each statement execute function refuse_change();
alter table ledger_chains enable always trigger refuse_change;

create trigger refuse_removal before delete or truncate on ledger_accounts
    for each statement execute function refuse_change();
alter table ledger_accounts enable always trigger refuse_removal;

-- A balance is written only when a newer transfer stands that says the account then holds it.
create function require_transfer_behind() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $$
begin
    if new.version <= old.version or new.last_hash is distinct from coalesce(
        (select t.hash from ledger_transfers t where t.debit_id = new.id and t.debit_version = new.version
            and t.debit_balance_fen = new.balance_fen),
        (select t.hash from ledger_transfers t where t.credit_id = new.id and t.credit_version = new.version
            and t.credit_balance_fen = new.balance_fen)) then
        raise integrity_constraint_violation using message = 'a balance is changed by post_transfers alone';
    end if;
    return new;
end $$;

create trigger transfer_behind before update on ledger_accounts
    for each row execute function require_transfer_behind();
alter table ledger_accounts enable always trigger transfer_behind;

create function require_empty() returns trigger language plpgsql as $$
begin
    if new.version <> 0 or new.balance_fen <> 0 or new.last_hash <> decode(repeat('00', 32), 'hex')
       or new.last_effective_on is not null then
        raise integrity_constraint_violation using message = 'an account is opened empty';
    end if;
    return new;
end $$;

create trigger opened_empty before insert on ledger_accounts for each row execute function require_empty();
alter table ledger_accounts enable always trigger opened_empty;

-- Payment orders on top of a province's books: claims approved, ordered, and paid if so wanted, on as many allocations
-- as bench_books.wanted says. Files here, movements listed for posting; steps end with a line of dashes.
create table bench_books.orders as
with rooms as (
    select a.*, row_number() over (order by hashint8extended(a.id, 1)) - 1 as place
      from allocations a
      join ledger_accounts held on held.kind = 'allocation' and held.owner_id = a.id
     where a.state = 'approved' and a.purpose = 'works' and held.balance_fen >= (
        select fen * greatest(10, orders / rooms + 1) from bench_books.wanted)
), chosen as (
    select rooms.*, count(*) over () as there from rooms cross join bench_books.wanted w where place < w.rooms
)
select (select max(id) from claims) + n as claim_id, (select max(id) from payments) + n as payment_id, w.fen, w.paid,
       c.id as allocation_id, c.receipt_id, c.project_code, c.county_code, c.division_code, c.fund_year, c.fund_kind,
       c.batch
  from bench_books.wanted w
 cross join lateral generate_series(1, w.orders) n
  join chosen c on c.place = n % c.there;

insert into claims (id, allocation_id, project_code, county_code, division_code, fund_year, kind, amount_fen,
    payable_fen, withheld_fen, retention_rate, claimed_on, state, grant_version, use_code, payee_name, payee_uscc,
    entered_at, entered_by, entered_person, entered_office, decided_on, decided_at, decided_by, decided_person,
    decided_office)
overriding system value
select claim_id, allocation_id, project_code, county_code, division_code, fund_year, 'progress', fen, fen, 0, '0',
       '2025-12-20', case when paid then 'paid' else 'ordered' end, 1, 'works', '试算建设有限公司', '91680100MA00000000',
       now(), 'bench-maker', 'person-maker', county_code || '-project', '2025-12-20', now(), 'bench-checker',
       'person-checker', county_code || '-finance'
  from bench_books.orders;

insert into payments (id, claim_id, allocation_id, county_code, division_code, fund_year, order_no, amount_fen,
    payee_name, payee_uscc, ordered_on, state, settled_on, settled_at, settled_by, bank_reference, entered_at,
    entered_by, entered_person, entered_office)
overriding system value
select payment_id, claim_id, allocation_id, county_code, division_code, fund_year, 'ZF' || payment_id, fen,
       '试算建设有限公司', '91680100MA00000000', '2025-12-20', case when paid then 'paid' else 'ordered' end,
       case when paid then date '2025-12-20' end, case when paid then now() end, case when paid then 'bench-bank' end,
       case when paid then 'BK' || payment_id end, now(), 'bench-releaser', 'person-releaser', county_code || '-finance'
  from bench_books.orders;

insert into ledger_accounts (kind, owner_id, division_code, fund_year, fund_kind, batch, receipt_id, allocation_id,
    claim_id)
select kinds.kind, case when kinds.of_claim then claim_id else payment_id end, county_code, fund_year, fund_kind, batch,
       receipt_id, allocation_id, claim_id
  from bench_books.orders,
       (values ('claim', true), ('withheld', true), ('in_flight', false), ('paid', false)) kinds (kind, of_claim);
analyze claims, payments, ledger_accounts;
----------------------------------------------------------------------------------------------------- movements
create unlogged table bench_books.movements as
with moves as (
    select o.county_code as book, steps.rank, debit.id as debit, credit.id as credit, o.fen, steps.kind, steps.cause_type,
           case steps.cause_type when 'claim' then o.claim_id else o.payment_id end as cause_id
      from bench_books.orders o
      join (values (1, 'claim', 'claim', 'allocation', 'claim'), (2, 'order', 'payment', 'claim', 'in_flight'),
                   (3, 'pay', 'payment', 'in_flight', 'paid')) steps (rank, kind, cause_type, from_kind, to_kind)
        on o.paid or steps.rank < 3
      join ledger_accounts debit
        on debit.kind = steps.from_kind
       and debit.owner_id = case steps.from_kind when 'allocation' then o.allocation_id when 'claim' then o.claim_id
                            else o.payment_id end
      join ledger_accounts credit
        on credit.kind = steps.to_kind
       and credit.owner_id = case steps.to_kind when 'claim' then o.claim_id else o.payment_id end
)
select row_number() over (partition by book order by rank, cause_id) as number, 1 as pass, *, date '2025-12-20' as day,
       null::bigint as undone
  from moves;
create unique index on bench_books.movements (book, number);
select setval(pg_get_serial_sequence('claims', 'id'), (select max(id) from claims)),
       setval(pg_get_serial_sequence('payments', 'id'), (select max(id) from payments));

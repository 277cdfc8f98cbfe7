-- The books of a made-up province for fund year 2025, as they stand early in December: every row of every file, and
-- the list of movements that posting will carry out. Nothing is left to chance: `drawn` mixes the number of a thing.
--
-- Steps end with a line of dashes. Before the first, bench_books.asked (counties, projects, townships) and
-- bench_books.places (number, county, city) are filled.

create function bench_books.drawn(thing bigint, salt int, sides int) returns int
language sql immutable parallel safe return abs(hashint8extended(thing, salt) % sides)::int;

-- The year's documents. way: by which levels the money comes down.
create table bench_books.flows (flow int primary key, kind text, batch text, tranche int, way text, issued date);
insert into bench_books.flows values
    (1, 'central_linkage', 'advance', 1, 'central', '2024-11-08'),
    (2, 'central_linkage', 'regular', 1, 'central', '2025-03-20'),
    (3, 'central_linkage', 'regular', 2, 'central', '2025-06-16'),
    (4, 'provincial_special', 'advance', 1, 'province', '2024-12-05'),
    (5, 'provincial_special', 'regular', 1, 'province', '2025-02-25'),
    (6, 'provincial_special', 'regular', 2, 'province', '2025-07-08'),
    (7, 'city_special', 'regular', 1, 'city', '2025-03-28'),
    (8, 'county_special', 'regular', 1, 'county', '2025-01-20'),
    (9, 'pooled_agricultural', 'regular', 1, 'central', '2025-04-15'),
    (10, 'east_west', 'regular', 1, 'province', '2025-05-12');

-- What each county is handed by each document. A few lines of the latest documents are not registered yet.
create table bench_books.lowest as
select row_number() over (order by f.flow, p.number) as id, f.flow, p.number as county_number, p.county, p.city,
       f.issued + case f.way when 'central' then 27 else 1 end
           + bench_books.drawn(p.number * 100 + f.flow, 3, 8) as received_on,
       not (f.flow in (3, 6) and bench_books.drawn(p.number * 100 + f.flow, 4, 100) < 6) as registered,
       0::bigint as fen
  from bench_books.flows f cross join bench_books.places p;

create table bench_books.projects as
with numbered as (
    select n, p.number as county_number, p.county,
           p.county || (101 + n / a.counties % a.townships)::text as township,
           date '2024-12-20' + bench_books.drawn(n, 10, 40) as planned_on, bench_books.drawn(n, 20, 100) as luck
      from bench_books.asked a cross join generate_series(0, a.projects - 1) n
      join bench_books.places p on p.number = n % a.counties
), dated as (
    select *, planned_on + 15 + bench_books.drawn(n, 11, 30) as tendered_on from numbered
), contracted as (
    select *, tendered_on + 10 + bench_books.drawn(n, 12, 15) as contracted_on from dated
), begun as (
    select *, contracted_on + 5 + bench_books.drawn(n, 13, 7) as started_on from contracted
), completed as (
    select *, started_on + 80 + bench_books.drawn(n, 14, 70) as completed_on from begun
), accepted as (
    select *, completed_on + 8 + bench_books.drawn(n, 15, 15) as accepted_on from completed
)
select n, 'P2025' || county || lpad(n::text, 5, '0') as code, county_number, county, township,
       bench_books.drawn(n, 21, 100) < 4 as grants, planned_on, tendered_on, contracted_on, started_on, completed_on,
       accepted_on, accepted_on + 10 + bench_books.drawn(n, 16, 15) as handed_on, 0::bigint as planned_fen,
       case when luck < 8 then 'planned' when luck < 12 then 'tendered' when luck < 18 then 'contracted'
            when luck < 48 then 'under_way' when luck < 55 then 'completed' when luck < 80 then 'accepted'
            when luck < 98 then 'handed_over' else 'stopped' end as state,
       county || (array['-transport', '-water', '-agriculture', '-housing', '-aid'])[1 + n % 5] as office,
       (array['交通运输局', '水利局', '农业农村局', '住房和城乡建设局', '帮扶办'])[1 + n % 5] as office_name
  from accepted;
alter table bench_books.projects add primary key (n);

-- One to three allocations to a project, each of another document; a few projects of the plan have none.
create table bench_books.allocations as
with wanted as (
    select p.*, k, bench_books.drawn(p.n * 10 + k, 30, 10) + 1 as flow, bench_books.drawn(p.n * 10 + k, 31, 100) as luck
      from bench_books.projects p
     cross join lateral generate_series(0, bench_books.drawn(p.n, 32, 3)) k
     where not (p.state = 'planned' and bench_books.drawn(p.n, 33, 2) = 0)
), given as (
    select w.n, w.k, w.code, w.county, w.township, w.state as project_state, w.grants, w.office, w.office_name,
           l.id as line_id, l.flow, w.planned_on, w.luck,
           (5 + bench_books.drawn(w.n * 10 + w.k, 34, 76)) * 1000000::bigint as fen,
           greatest(l.received_on + 5 + bench_books.drawn(w.n * 10 + w.k, 35, 30), w.planned_on + 3) as proposed_on
      from wanted w
      join bench_books.lowest wish on wish.county_number = w.county_number and wish.flow = w.flow
      join bench_books.lowest l
        on l.county_number = w.county_number and l.flow = case when wish.registered then w.flow else 1 end
)
select row_number() over (order by proposed_on, n, k) as id, *,
       proposed_on + 1 + bench_books.drawn(n * 10 + k, 36, 9) as decided_on,
       case when project_state not in ('planned', 'tendered') or luck >= 30 then 'approved'
            when luck < 22 then 'proposed' else 'refused' end as state
  from given;
alter table bench_books.allocations add primary key (id);
create index on bench_books.allocations (n);

update bench_books.projects p
   set planned_fen = given.fen * (case when bench_books.drawn(p.n, 22, 10) < 3 then 12 else 10 end) / 10
  from (select n, sum(fen)::bigint as fen from bench_books.allocations group by n) given
 where given.n = p.n;
update bench_books.projects set planned_fen = 20000000 where planned_fen = 0;

-- From the counties up: each receipt holds what is allocated from it and some more, each level keeps a little.
update bench_books.lowest l
   set fen = (coalesce(given.fen, 3000000) * (100 + bench_books.drawn(l.id, 40, 8)) / 100 + 999999) / 1000000 * 1000000
  from bench_books.lowest every
  left join (select line_id, sum(fen)::bigint as fen from bench_books.allocations group by 1) given
    on given.line_id = every.id
 where every.id = l.id;
----------------------------------------------------------------------------------------------------- documents
create table bench_books.lines as
with city as (
    select f.flow, l.city as place, f.issued + 12 as issued, f.issued + 16 + bench_books.drawn(l.city::int, 41, 4) as received_on,
           (sum(l.fen) * (100 + bench_books.drawn(l.city::int * 100 + f.flow, 42, 3)) / 100)::bigint / 1000000 * 1000000
               + 1000000 as fen
      from bench_books.lowest l join bench_books.flows f using (flow)
     where f.way = 'central' group by f.flow, f.issued, l.city
), province as (
    select c.flow, left(c.place, 2) as place, f.issued, f.issued + 4 as received_on,
           (sum(c.fen) * 101 / 100)::bigint / 1000000 * 1000000 + 1000000 as fen
      from city c join bench_books.flows f using (flow) group by c.flow, left(c.place, 2), f.issued
), all_levels as (
    select flow, '00' as issuer, place, issued, received_on, true as registered, fen, null::bigint as lowest_id from province
    union all
    select flow, left(place, 2), place, issued, received_on, true, fen, null from city
    union all
    select l.flow, case f.way when 'province' then left(l.county, 2) when 'county' then l.county else l.city end,
           l.county, f.issued + case f.way when 'central' then 22 else 0 end, l.received_on, l.registered, l.fen, l.id
      from bench_books.lowest l join bench_books.flows f using (flow)
), numbered as (
    select *, dense_rank() over (order by issued, flow, issuer) as document_id,
           row_number() over (partition by issued, flow, issuer order by place) as number
      from all_levels
)
select row_number() over (order by document_id, number) as id, *,
       case when registered then row_number() over (partition by registered order by received_on, place, flow) end
           as receipt_id
  from numbered;
alter table bench_books.lines add primary key (id);

create table bench_books.documents as
select l.document_id as id, l.flow, l.issuer, min(l.issued) as issued, sum(l.fen)::bigint as fen,
       min(above.receipt_id) as drawn_on
  from bench_books.lines l
  left join bench_books.lines above
    on above.flow = l.flow and above.place = l.issuer and above.place <> l.place
 group by l.document_id, l.flow, l.issuer;

insert into documents (id, number, number_key, title, office_name, issued_on, issuing_division, fund_year, fund_kind,
    batch, tranche, total_fen, drawn_on_receipt_id, entered_at, entered_by, entered_person, entered_office)
overriding system value
select d.id, '试财农〔2025〕' || d.id || '号', '试财农[2025]' || d.id || '号', '关于下达资金的通知', '财政部门', d.issued,
       d.issuer, 2025, f.kind, f.batch, f.tranche, d.fen, d.drawn_on, d.issued + time '09:00', 'bench-maker',
       'person-maker', d.issuer || '-finance'
  from bench_books.documents d join bench_books.flows f using (flow);

insert into document_lines (id, document_id, number, number_key, division_code, direction, project_code, amount_fen,
    matching_fen)
overriding system value
select id, document_id, number, '试财农[2025]' || document_id || '号', place, '', '', fen, 0 from bench_books.lines;

insert into receipts (id, document_id, document_line_id, division_code, fund_year, fund_kind, batch, direction,
    project_code, amount_fen, received_on, entered_at, entered_by, entered_person, entered_office)
overriding system value
select l.receipt_id, l.document_id, l.id, l.place, 2025, f.kind, f.batch, '', '', l.fen, l.received_on,
       l.received_on + time '10:00', 'bench-maker', 'person-maker', l.place || '-finance'
  from bench_books.lines l join bench_books.flows f using (flow) where l.registered order by l.receipt_id;
----------------------------------------------------------------------------------------------------- projects
create table bench_books.stages as
select n, version, named.state, named.since
  from bench_books.projects p
 cross join lateral (values (1, 'planned', planned_on), (2, 'tendered', tendered_on), (3, 'contracted', contracted_on),
                            (4, 'under_way', started_on), (5, 'completed', completed_on), (6, 'accepted', accepted_on),
                            (7, 'handed_over', handed_on)) chain (version, stage, on_day)
 cross join lateral (select case when p.state = 'stopped' and version = 5 then 'stopped' else stage end,
                            case when p.state = 'stopped' and version = 5 then started_on + 40 else on_day end) named (state, since)
 where version <= case p.state when 'planned' then 1 when 'tendered' then 2 when 'contracted' then 3 when 'under_way' then 4
                  when 'accepted' then 6 when 'handed_over' then 7 else 5 end;

insert into project_grants (project_code, version, county_code, plan_year, effective_on, facts, heard_at, heard_by)
select p.code, s.version, p.county, 2025, s.since, jsonb_build_object(
           'project_code', p.code, 'version', s.version, 'name', '试算项目' || p.n, 'division_code', p.township,
           'county_code', p.county, 'category', 'infrastructure', 'nature', 'new',
           'purpose', case when p.grants then 'grants' else 'works' end, 'office', p.office,
           'office_name', p.office_name, 'state', s.state, 'in_library', true, 'plan_year', 2025,
           'plan_line_fen', p.planned_fen, 'state_since', s.since,
           'contractor_name', case when s.version >= 3 then '试算建设有限公司' end,
           'contractor_uscc', case when s.version >= 3 then '91680100MA00000000' end,
           'contract_fen', case when s.version >= 3 then p.planned_fen end,
           'retention_rate', case when s.version >= 3 then '0.03' end,
           'accepted_on', case when s.state in ('accepted', 'handed_over') then p.accepted_on end,
           'planned_end_on', date '2025-11-30'), s.since + time '17:00', 'event'
  from bench_books.stages s join bench_books.projects p using (n) order by s.since, p.n;

insert into funded_projects (project_code, county_code, grant_version, state, plan_line_fen, ended_on)
select p.code, p.county, newest.version, p.state, p.planned_fen,
       case when p.state = 'stopped' then p.started_on + 40 end
  from bench_books.projects p join (select n, max(version) as version from bench_books.stages group by n) newest using (n);

insert into allocations (id, receipt_id, project_code, project_name, county_code, division_code, fund_year, fund_kind,
    batch, purpose, office, office_name, amount_fen, reduced_fen, use_code, state, proposed_on, grant_version, decided_grant_version,
    entered_at, entered_by, entered_person, entered_office, decided_on, decided_at, decided_by, decided_person,
    decided_office, opinion)
overriding system value
select a.id, l.receipt_id, a.code, '试算项目' || a.n, a.county, a.township, 2025, f.kind, f.batch,
       case when a.grants then 'grants' else 'works' end, a.office, a.office_name, a.fen, 0, 'works', a.state, a.proposed_on,
       1, case when a.state = 'approved' then 1 end, a.proposed_on + time '10:00', 'bench-maker', 'person-maker',
       a.county || '-finance', done.day, done.day + time '11:00', case when done.day is not null then 'bench-checker' end,
       case when done.day is not null then 'person-checker' end,
       case when done.day is not null then a.county || '-finance' end, case when done.day is not null then '同意' end
  from bench_books.allocations a
  join bench_books.flows f using (flow)
  join bench_books.lines l on l.lowest_id = a.line_id
 cross join lateral (select case when a.state <> 'proposed' then a.decided_on end) done (day)
 order by a.id;
----------------------------------------------------------------------------------------------------- claims
-- Claims of a project by turns on its allocations. The last of a project that goes on may be anywhere on its way.
create table bench_books.claims as
with counted as (
    select p.*, case p.state when 'contracted' then 1 when 'under_way' then 4 + bench_books.drawn(n, 50, 6)
                when 'completed' then 9 when 'accepted' then 8 + bench_books.drawn(n, 50, 3)
                when 'handed_over' then 9 + bench_books.drawn(n, 50, 3) when 'stopped' then 3 else 0 end as claims,
           case p.state when 'contracted' then 30 when 'under_way' then 40 + bench_books.drawn(n, 51, 45)
                when 'completed' then 90 when 'accepted' then 96 + bench_books.drawn(n, 51, 5)
                when 'handed_over' then 97 + bench_books.drawn(n, 51, 4) else 25 end as percent
      from bench_books.projects p where not grants
), by_turns as (
    select c.n, c.county, c.township, c.state as project_state, c.claims, j, a.id as allocation_id,
           a.fen * c.percent / 100 / ((c.claims - a.turn + a.given - 1) / a.given) as fen,
           least(greatest(c.contracted_on + 3 + j * (12 + bench_books.drawn(c.n, 52, 10)), a.decided_on + 1),
                 date '2025-11-24') as claimed_on,
           bench_books.drawn(c.n * 20 + j, 53, 100) as luck
      from counted c
     cross join lateral generate_series(0, c.claims - 1) j
      join lateral (
        select id, fen, decided_on, row_number() over (order by k) - 1 as turn, count(*) over () as given
          from bench_books.allocations where n = c.n and state = 'approved') a on a.turn = j % a.given
), walked as (
    select *, case when j = 0 then 0 else fen * 3 / 100 end as withheld,
           case when j < claims - 1 or project_state in ('handed_over', 'stopped') then 'paid'
                when luck < 10 then 'filed' when luck < 18 then 'approved' when luck < 26 then 'ordered'
                when luck < 29 then 'refused' when luck < 32 then 'bank_refused' else 'paid' end as way
      from by_turns
)
select row_number() over (order by claimed_on, n, j) as id, *,
       claimed_on + 2 + bench_books.drawn(n * 20 + j, 54, 5) as decided_on,
       claimed_on + 7 + bench_books.drawn(n * 20 + j, 55, 3) as ordered_on,
       claimed_on + 10 + bench_books.drawn(n * 20 + j, 56, 3) as settled_on,
       way = 'paid' and bench_books.drawn(n * 20 + j, 57, 1000) < 8 as returned,
       way = 'paid' and bench_books.drawn(n * 20 + j, 57, 1000) < 1 as returned_whole
  from walked;
alter table bench_books.claims add column payment_id bigint;
update bench_books.claims c set payment_id = p.number
  from (select id, row_number() over (order by ordered_on, id) as number from bench_books.claims
         where way in ('ordered', 'paid', 'bank_refused')) p
 where p.id = c.id;

insert into claims (id, allocation_id, project_code, county_code, division_code, fund_year, kind, amount_fen,
    payable_fen, withheld_fen, retention_rate, claimed_on, state, grant_version, use_code, payee_name, payee_uscc,
    progress_percent, entered_at, entered_by, entered_person, entered_office, decided_on, decided_at, decided_by,
    decided_person, decided_office, opinion)
overriding system value
select c.id, c.allocation_id, p.code, c.county, c.township, 2025,
       case when j = 0 then 'advance' when j = claims - 1 and c.project_state in ('accepted', 'handed_over') then 'final'
            else 'progress' end,
       c.fen, c.fen - withheld, withheld, case when j = 0 then '0' else '0.03' end, claimed_on,
       case when returned_whole then 'returned' when way = 'bank_refused' then 'approved' else way end, 3, 'works',
       '试算建设有限公司', '91680100MA00000000', null, claimed_on + time '10:00', 'bench-maker', 'person-maker',
       c.county || '-project', done.day, done.day + time '11:00', case when done.day is not null then 'bench-checker' end,
       case when done.day is not null then 'person-checker' end,
       case when done.day is not null then c.county || '-finance' end, case when done.day is not null then '同意' end
  from bench_books.claims c join bench_books.projects p using (n)
 cross join lateral (select case when way <> 'filed' then c.decided_on end) done (day)
 order by c.id;
----------------------------------------------------------------------------------------------------- payments
insert into payments (id, claim_id, allocation_id, county_code, division_code, fund_year, order_no, amount_fen,
    payee_name, payee_uscc, ordered_on, state, settled_on, settled_at, settled_by, bank_reference, entered_at,
    entered_by, entered_person, entered_office)
overriding system value
select payment_id, id, allocation_id, county, township, 2025, 'ZF' || payment_id, fen - withheld, '试算建设有限公司',
       '91680100MA00000000', ordered_on,
       case way when 'ordered' then 'ordered' when 'bank_refused' then 'refused'
            else case when returned_whole then 'returned' else 'paid' end end,
       done.day, done.day + time '15:00', case when done.day is not null then 'bench-bank' end,
       case when done.day is not null then 'BK' || payment_id end, ordered_on + time '10:00', 'bench-releaser',
       'person-releaser', county || '-finance'
  from bench_books.claims
 cross join lateral (select case when way <> 'ordered' then settled_on end) done (day)
 where payment_id is not null order by payment_id;

create table bench_books.returns as
select row_number() over (order by settled_on, id) as id, payment_id, allocation_id, county, settled_on + 10 as on_day,
       case when returned_whole then fen - withheld else (fen - withheld) * 2 / 5 end as fen
  from bench_books.claims where returned;

insert into payment_returns (id, payment_id, county_code, amount_fen, returned_on, reason, bank_reference, entered_at,
    entered_by, entered_person, entered_office)
overriding system value
select id, payment_id, county, fen, on_day, '账号不符', 'BKR' || id, on_day + time '15:00', 'bench-bank', 'person-bank',
       county || '-finance'
  from bench_books.returns order by id;
----------------------------------------------------------------------------------------------------- keys
-- What the requests left that made claims and payments and decided on them: a key and its answer each. A key of today
-- then comes into a table of a year's size.
insert into idempotency_keys (office, operation, key, body_sha256, claim, claimed_at, status, headers, body, finished_at)
select left(made.county_code, 6) || made.office, made.operation, md5(made.operation || made.id),
       encode(sha256(made.id::text::bytea), 'hex'), md5(made.id::text), made.at, made.status,
       '{"content-type": "application/json"}', json_build_object('id', made.id, 'answer', repeat('0123456789', 50)), made.at
  from (select id, county_code, '-project' as office, 'claim_file' as operation, entered_at as at, 201 as status from claims
        union all
        select id, county_code, '-finance', 'claim_decide', decided_at, 200 from claims where decided_at is not null
        union all
        select id, county_code, '-finance', 'payment_order', entered_at, 201 from payments
        union all
        select id, county_code, '-finance', 'payment_confirm', settled_at, 200 from payments where settled_at is not null
       ) made;
----------------------------------------------------------------------------------------------------- accounts
create table bench_books.sources as
select row_number() over (order by d.issuer, f.kind) as id, d.issuer, f.kind
  from bench_books.documents d join bench_books.flows f using (flow) where d.drawn_on is null group by d.issuer, f.kind;

-- Where the accounts of each kind begin.
create table bench_books.bases as
with counts as (
    select (select count(*) from bench_books.sources) as s, (select count(*) from document_lines) as l,
           (select count(*) from receipts) as r, (select count(*) from allocations) as a,
           (select count(*) from claims) as c, (select count(*) from payments) as p
)
select s as transit, s + l as receipt, s + l + r as reserved, s + l + r + a as allocation, s + l + r + 2 * a as claim,
       s + l + r + 2 * a + c as withheld, s + l + r + 2 * a + 2 * c as in_flight, s + l + r + 2 * a + 2 * c + p as paid
  from counts;

insert into ledger_accounts (id, kind, owner_id, division_code, fund_year, fund_kind, batch, receipt_id, allocation_id,
    claim_id)
overriding system value
select id, 'source', 0, issuer, 2025, kind, '', null::bigint, null::bigint, null::bigint from bench_books.sources
union all
select transit + l.id, 'transit', l.id, l.place, 2025, f.kind, f.batch, null, null, null
  from bench_books.bases, bench_books.lines l join bench_books.flows f using (flow)
union all
select receipt + id, 'receipt', id, division_code, 2025, fund_kind, batch, id, null, null from bench_books.bases, receipts
union all
select case kind when 'reserved' then reserved else allocation end + a.id, kind, a.id, county_code, 2025, fund_kind, batch,
       receipt_id, a.id, null
  from bench_books.bases, allocations a, (values ('reserved'), ('allocation')) of_allocation (kind)
union all
select case of_claim.kind when 'claim' then claim else withheld end + c.id, of_claim.kind, c.id, a.county_code, 2025,
       a.fund_kind, a.batch, a.receipt_id, a.id, c.id
  from bench_books.bases, claims c join allocations a on a.id = c.allocation_id,
       (values ('claim'), ('withheld')) of_claim (kind)
union all
select case of_payment.kind when 'in_flight' then in_flight else paid end + p.id, of_payment.kind, p.id, a.county_code,
       2025, a.fund_kind, a.batch, a.receipt_id, a.id, p.claim_id
  from bench_books.bases, payments p join allocations a on a.id = p.allocation_id,
       (values ('in_flight'), ('paid')) of_payment (kind);
analyze ledger_accounts, receipts, allocations, claims, payments, documents, document_lines, project_grants,
    funded_projects, payment_returns;
----------------------------------------------------------------------------------------------------- movements
-- pass 2 undoes movements of pass 1, whose ids are known only when they are posted.
create unlogged table bench_books.movements as
with all_of_them as (
    select 1 as pass, d.issuer as book, coalesce(receipt + d.drawn_on, s.id) as debit, transit + l.id as credit, l.fen,
           case when d.drawn_on is null then 'issue' else 'pass_down' end as kind, d.issued as day, 1 as rank,
           'document' as cause_type, d.id as cause_id, null as undoes
      from bench_books.bases, bench_books.documents d
      join bench_books.flows f using (flow)
      join bench_books.lines l on l.document_id = d.id
      left join bench_books.sources s on s.issuer = d.issuer and s.kind = f.kind
    union all
    select 1, place, transit + id, receipt + receipt_id, fen, 'register', received_on, 2, 'receipt', receipt_id, null
      from bench_books.bases, bench_books.lines where registered
    union all
    select 1, a.county, receipt + l.receipt_id, reserved + a.id, a.fen, 'reserve', a.proposed_on, 3, 'allocation', a.id, null
      from bench_books.bases, bench_books.allocations a join bench_books.lines l on l.lowest_id = a.line_id
    union all
    select 1, county, reserved + id, allocation + id, fen, 'allocate', decided_on, 4, 'allocation', id, null
      from bench_books.bases, bench_books.allocations where state = 'approved'
    union all
    select 1, county, allocation + allocation_id, claim + id, fen, 'claim', claimed_on, 5, 'claim', id, null
      from bench_books.bases, bench_books.claims
    union all
    select 1, county, claim + id, bases.withheld + id, c.withheld, 'withhold', decided_on, 6, 'claim', id, null
      from bench_books.bases, bench_books.claims c where c.withheld > 0 and way not in ('filed', 'refused')
    union all
    select 1, county, claim + id, in_flight + payment_id, fen - c.withheld, 'order', ordered_on, 7, 'payment', payment_id, null
      from bench_books.bases, bench_books.claims c where payment_id is not null
    union all
    select 1, county, in_flight + payment_id, paid + payment_id, fen - c.withheld, 'pay', settled_on, 8, 'payment',
           payment_id, null
      from bench_books.bases, bench_books.claims c where way = 'paid'
    union all
    select 2, a.county, reserved + a.id, receipt + l.receipt_id, a.fen, 'void_reserve', a.decided_on, 1, 'allocation', a.id,
           'reserve'
      from bench_books.bases, bench_books.allocations a join bench_books.lines l on l.lowest_id = a.line_id
     where a.state = 'refused'
    union all
    select 2, county, claim + id, allocation + allocation_id, fen, 'void_claim', decided_on, 2, 'claim', id, 'claim'
      from bench_books.bases, bench_books.claims where way = 'refused'
    union all
    select 2, county, in_flight + payment_id, claim + id, fen - c.withheld, 'void_order', settled_on, 3, 'payment',
           payment_id, 'order'
      from bench_books.bases, bench_books.claims c where way = 'bank_refused'
    union all
    select 2, county, paid + payment_id, allocation + allocation_id, fen, 'return', on_day, 4, 'payment_return', id, 'pay'
      from bench_books.bases, bench_books.returns
)
select row_number() over (partition by book order by pass, day, rank, cause_id, credit) as number, *,
       null::bigint as undone
  from all_of_them;
create unique index on bench_books.movements (book, number);
analyze bench_books.movements;

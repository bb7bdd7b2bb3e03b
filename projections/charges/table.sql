-- Every charge in full, and one row per charge stream: what is accrued and what is billed of it.

-- name: charges
-- Charges of usage and of items without usage; of the latter the usage columns are empty or zero, and
-- exchange says at which one they are booked, of a grant at which it is carried.
create table charges (
    charge            text primary key,
    stream            uuid not null,
    version           integer not null,
    position          bigint not null,
    occurred_at       timestamptz not null,
    recorded_at       timestamptz not null,
    entity            text not null,
    account           text not null,
    subscription      text not null,
    item              text not null,
    meter             text not null,
    plan              text not null,
    plan_version      integer not null,
    currency          text not null,
    period_from       date not null,
    period_to         date not null,
    rated_to          date not null,
    window_from       timestamptz,
    window_to         timestamptz,
    quantity          numeric not null,
    amount            numeric not null,
    delta             numeric not null,
    accrued           numeric not null,
    posted            numeric not null,
    posted_on         date not null,
    usage_lane        smallint not null,
    to_position       bigint not null,
    usage_count       bigint not null,
    usage_facts       bigint not null,
    usage_digest      text not null,
    tiers             jsonb not null,
    unpriced_count    bigint not null,
    unpriced_quantity numeric not null,
    corrects          text,
    tax_code          text,
    tax_inclusive     boolean not null,
    revenue_account   text not null,
    filter            jsonb not null,
    group_values      jsonb not null,
    untaken_count     bigint not null,
    untaken_quantity  numeric not null,
    usage_carried     numeric,
    usage_over        numeric,
    kind              text not null,
    due               numeric not null,
    clears            text not null,
    netted            boolean not null,
    adjustments       jsonb not null,
    unit              numeric,
    exchange          jsonb
);

-- name: charges_stream
create unique index on charges (stream, version);

-- name: charges_account
create index on charges (account, position);

-- name: charges_posted
-- What an account spent in a month.
create index on charges (account, posted_on);

-- name: charges_usage
-- From a usage event to the charges whose window holds it.
create index on charges (account, meter, window_from) where kind = 'usage';

-- name: charge_streams
-- What is charged of one item of a subscription in one period, and of one group of dimension values
-- where the item is priced by them; key is the charge's id without its version. billed is net of
-- what credit notes of a correction took back; lines counts the document lines. What is to bill is
-- due less billed_gross where prices include tax, else accrued less billed_net.
create table charge_streams (
    stream        uuid primary key,
    key           text not null,
    kind          text not null,
    clears        text not null,
    subscription  text not null,
    item          text not null,
    period_from   date not null,
    period_to     date not null,
    entity        text not null,
    account       text not null,
    currency      text not null,
    charge        text not null,
    version       integer not null,
    accrued       numeric not null,
    billed        numeric not null,
    lines         bigint not null,
    tax_inclusive boolean not null,
    due           numeric not null,
    billed_net    numeric not null,
    billed_gross  numeric not null,
    group_values  jsonb not null,
    carried       numeric not null
);

-- name: charge_streams_key
create unique index on charge_streams (key);

-- name: charge_streams_account
create index on charge_streams (account, subscription, item, period_from);

-- name: charge_streams_billable
create index on charge_streams (entity, account)
    where accrued <> billed or accrued <> billed_net or tax_inclusive and due <> billed_gross;

-- name: portal_charges
alter table charges enable row level security;

-- name: portal_charges_own
create policy own on charges for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_charges_staff
create policy staff on charges for select to ledger_reader, ledger_writer using (true);

-- name: portal_charge_streams
alter table charge_streams enable row level security;

-- name: portal_charge_streams_own
create policy own on charge_streams for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_charge_streams_staff
create policy staff on charge_streams for select to ledger_reader, ledger_writer using (true);

-- name: portal_grant
grant select on charges, charge_streams to ledger_portal;

-- name: charges_unpriced
create index on charges (account, charge) where unpriced_count + untaken_count > 0;

-- name: rating_looks
-- What ratings looked at: everything of an entity or account (or of all) through a day, as known at
-- these positions of the books and of the usage lanes.
create table rating_looks (
    position bigint primary key,
    through  date not null,
    read_at  bigint not null,
    lanes    jsonb not null,
    entity   text,
    account  text
);

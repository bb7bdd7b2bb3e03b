-- Reference data as published: entities, accounts, meters, plans, tax rates, subscriptions.

-- name: entities
create table entities (
    entity       text primary key,
    name         text not null,
    currency     text not null,
    country      text not null,
    time_zone    text not null,
    first_period text not null,
    rounding     text not null,
    vat_id       text,
    address      text,
    policies     jsonb not null,
    stream       uuid not null,
    version      integer not null,
    position     bigint not null
);

-- name: accounts
-- payer is the topmost parent: who gets the invoice.
create table accounts (
    account            text primary key,
    entity             text not null,
    currency           text not null,
    lane               smallint not null,
    payer              text not null,
    parent             text,
    tax                text,
    country            text,
    time_zone          text not null,
    payment_terms_days integer not null,
    has_vat_id         boolean not null,
    person             text not null,
    opened_at          timestamptz not null,
    stream             uuid not null,
    version            integer not null,
    position           bigint not null
);

-- name: accounts_entity
create index on accounts (entity, account);

-- name: accounts_payer
create index on accounts (payer);

-- name: account_changes
-- What of an account is other from a day on; nulls are what stays. erased says that it was erased.
create table account_changes (
    account            text not null,
    version            integer not null,
    starts_on          date not null,
    person             text,
    has_vat_id         boolean,
    country            text,
    tax                text,
    time_zone          text,
    payment_terms_days integer,
    erased             boolean not null,
    position           bigint not null,
    primary key (account, version)
);

-- name: entity_changes
create table entity_changes (
    entity    text not null,
    version   integer not null,
    starts_on date not null,
    name      text,
    vat_id    text,
    address   text,
    policies  jsonb not null,
    position  bigint not null,
    primary key (entity, version)
);

-- name: exchange_rates
-- 1 base = rate quote from a day on; of one day the later version holds.
create table exchange_rates (
    base     text not null,
    quote    text not null,
    version  integer not null,
    starts_on date not null,
    rate     numeric not null,
    source   text not null,
    stream   uuid not null,
    position bigint not null,
    primary key (base, quote, version)
);

-- name: meters
create table meters (
    meter       text primary key,
    aggregation text not null,
    value       text not null,
    unit        text,
    dimensions  text[] not null,
    stream      uuid not null,
    version     integer not null,
    position    bigint not null
);

-- name: plans
-- One row per published version; which one is in force on a day is the catalog's rule.
create table plans (
    plan          text not null,
    version       integer not null,
    currency      text not null,
    starts_on     date not null,
    items         jsonb not null,
    tax_inclusive boolean not null,
    applies_to    text not null,
    stream        uuid not null,
    position      bigint not null,
    primary key (plan, version)
);

-- name: tax_rates
create table tax_rates (
    code             text not null,
    version          integer not null,
    rate             numeric not null,
    starts_on        date not null,
    category         text not null,
    exemption_reason text,
    stream           uuid not null,
    position         bigint not null,
    primary key (code, version)
);

-- name: subscriptions
-- As it started, and the last end that was recorded; position is that of its last fact.
create table subscriptions (
    subscription  text primary key,
    account       text not null,
    entity        text not null,
    plan          text not null,
    starts_on     date not null,
    anchor        integer not null,
    quantity      jsonb not null,
    overrides     jsonb not null,
    trial_until   date,
    ends_on       date,
    credit_unused boolean,
    end_version   integer,
    stream        uuid not null,
    version       integer not null,
    position      bigint not null
);

-- name: subscription_changes
-- What a change names of plan and quantities; its place in time is (starts_on, version).
create table subscription_changes (
    subscription text not null,
    version      integer not null,
    account      text not null,
    starts_on    date not null,
    plan         text,
    quantity     jsonb not null,
    position     bigint not null,
    primary key (subscription, version)
);

-- name: subscription_changes_plan
create index on subscription_changes (plan) where plan is not null;

-- name: subscriptions_account
create index on subscriptions (account, subscription);

-- name: subscriptions_entity
create index on subscriptions (entity, account, subscription);

-- name: subscriptions_plan
create index on subscriptions (plan);

-- name: portal_accounts
alter table accounts enable row level security;

-- name: portal_accounts_own
create policy own on accounts for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_accounts_staff
create policy staff on accounts for select to ledger_reader, ledger_writer using (true);

-- name: portal_account_changes
alter table account_changes enable row level security;

-- name: portal_account_changes_own
create policy own on account_changes for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_account_changes_staff
create policy staff on account_changes for select to ledger_reader, ledger_writer using (true);

-- name: portal_subscriptions
alter table subscriptions enable row level security;

-- name: portal_subscriptions_own
create policy own on subscriptions for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_subscriptions_staff
create policy staff on subscriptions for select to ledger_reader, ledger_writer using (true);

-- name: portal_subscription_changes
alter table subscription_changes enable row level security;

-- name: portal_subscription_changes_own
create policy own on subscription_changes for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_subscription_changes_staff
create policy staff on subscription_changes for select to ledger_reader, ledger_writer using (true);

-- name: portal_grant
grant select on accounts, account_changes, subscriptions, subscription_changes to ledger_portal;

-- What limits say: spend limits with the days they hold from, and the per cents that were crossed.

-- name: spend_limits
-- One row per version; which one holds on a day is the one that starts last by then.
create table spend_limits (
    account    text not null,
    version    integer not null,
    entity     text not null,
    currency   text not null,
    starts_on  date not null,
    amount     numeric,
    notify_at  numeric[] not null,
    block      boolean not null,
    invoice_at numeric,
    position   bigint not null,
    primary key (account, version)
);

-- name: thresholds
create table thresholds (
    position     bigint primary key,
    kind         text not null,
    entity       text not null,
    account      text not null,
    subscription text,
    item         text,
    meter        text,
    currency     text,
    period_from  date not null,
    period_to    date not null,
    percent      numeric not null,
    "limit"      numeric not null,
    quantity     numeric not null,
    known_lane   smallint not null,
    known_at     bigint not null,
    stream       uuid not null,
    crossed_at   timestamptz not null
);

-- name: thresholds_account
create index on thresholds (account, position);

-- name: thresholds_stream
create unique index on thresholds (stream);

-- name: portal_spend_limits
alter table spend_limits enable row level security;

-- name: portal_spend_limits_own
create policy own on spend_limits for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_spend_limits_staff
create policy staff on spend_limits for select to ledger_reader, ledger_writer using (true);

-- name: portal_thresholds
alter table thresholds enable row level security;

-- name: portal_thresholds_own
create policy own on thresholds for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_thresholds_staff
create policy staff on thresholds for select to ledger_reader, ledger_writer using (true);

-- name: portal_grant
grant select on spend_limits, thresholds to ledger_portal;

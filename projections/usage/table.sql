-- Usage events as typed rows, one per version; hourly and daily rollups; receipts per source.

-- name: usage_events
-- Nothing is overwritten but superseded_at (the position of the next version), so the state as of
-- any position stays readable. received_on is the UTC day of receipt; a replay keeps the first one.
create table usage_events (
    lane          smallint not null,
    account       text not null,
    meter         text not null,
    occurred_at   timestamptz not null,
    position      bigint not null,
    stream        uuid not null,
    version       integer not null,
    void          boolean not null,
    superseded_at bigint,
    recorded_at   timestamptz not null,
    received_on   date not null,
    leaf          bytea not null,
    quantity      numeric not null,
    source        text not null,
    id            text not null,
    key           text,
    subscription  text,
    dimensions    jsonb not null
);

-- name: usage_events_key
-- stage: index
-- The one access path: a window of one meter of one account, in the order of lineage pages.
create unique index usage_events_key
    on usage_events (lane, account, meter, occurred_at, position);

-- name: usage_hourly
-- By dimension values and by the subscription that events name, '' where they name none.
-- weighted is the sum of quantity × seconds since 1970: what a level over time is computed from.
create table usage_hourly (
    lane            smallint not null,
    account         text not null,
    meter           text not null,
    bucket          timestamptz not null,
    dimensions      jsonb not null,
    subscription    text not null,
    events          bigint not null,
    sum             numeric not null,
    weighted        numeric not null,
    max             numeric not null,
    latest          numeric not null,
    latest_at       timestamptz not null,
    latest_position bigint not null,
    keys            bigint not null
);

-- name: usage_hourly_key
-- stage: days
create unique index usage_hourly_key
    on usage_hourly (lane, account, meter, bucket, dimensions, subscription);

-- name: usage_daily
create table usage_daily (like usage_hourly);

-- name: usage_daily_key
-- stage: end
create unique index usage_daily_key
    on usage_daily (lane, account, meter, bucket, dimensions, subscription);

-- name: usage_keys
-- Of a unique_count meter, the keys of each UTC day: last is the quarter of an hour in which a key
-- was seen last that day, prior the one in which it was seen last on any day before ('epoch' if
-- never). All zones' days begin on a quarter, so a period from f on counts a key where it was not
-- seen since f before. counted_* is what usage_key_counts holds of the row.
create table usage_keys (
    lane          smallint not null,
    account       text not null,
    meter         text not null,
    subscription  text not null,
    day           timestamptz not null,
    key           text not null,
    last          timestamptz not null,
    counted_last  timestamptz,
    counted_prior timestamptz
);

-- name: usage_keys_key
-- stage: keys
create unique index usage_keys_key
    on usage_keys (lane, account, meter, subscription, key, day);

-- name: usage_key_counts
-- How many keys of a day were seen last at a time: that day (side last) or before it (side prior).
create table usage_key_counts (
    lane         smallint not null,
    account      text not null,
    meter        text not null,
    subscription text not null,
    day          timestamptz not null,
    side         text not null,
    at           timestamptz not null,
    keys         bigint not null,
    primary key (lane, account, meter, subscription, day, side, at)
);

-- name: usage_key_counts_zero
-- A count that came to nothing is deleted by the fold that brought it there.
create index on usage_key_counts (lane, account, meter) where keys = 0;

-- name: usage_receipts
-- received = accepted + duplicate + dead_lettered, per source and UTC day of receipt. A replayed
-- event counts under the day it was first received.
create table usage_receipts (
    source        text not null,
    day           date not null,
    accepted      bigint not null,
    duplicate     bigint not null,
    dead_lettered bigint not null,
    replayed      bigint not null,
    primary key (source, day)
);

-- name: portal_events
alter table usage_events enable row level security;

-- name: portal_events_own
create policy own on usage_events for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_events_staff
create policy staff on usage_events for select to ledger_reader, ledger_writer using (true);

-- name: portal_hourly
alter table usage_hourly enable row level security;

-- name: portal_hourly_own
create policy own on usage_hourly for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_hourly_staff
create policy staff on usage_hourly for select to ledger_reader, ledger_writer using (true);

-- name: portal_daily
alter table usage_daily enable row level security;

-- name: portal_daily_own
create policy own on usage_daily for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_daily_staff
create policy staff on usage_daily for select to ledger_reader, ledger_writer using (true);

-- name: portal_grant
grant select on usage_events, usage_hourly, usage_daily to ledger_portal;

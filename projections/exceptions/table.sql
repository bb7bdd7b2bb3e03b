-- Where usage was not rated: counts per quarter of an hour, beside the windows that were rated.

-- name: usage_buckets
-- Usage facts per 15 minutes: every boundary of a billing day, in any time zone, lies on one, so a
-- window holds a bucket whole or not at all. rated_position is up to where a charge's set reaches,
-- at most last_position; where it is less, something is unrated.
create table usage_buckets (
    lane              smallint not null,
    account           text not null,
    meter             text not null,
    subscription      text not null,
    bucket            timestamptz not null,
    facts             bigint not null,
    first_position    bigint not null,
    last_position     bigint not null,
    first_recorded_at timestamptz not null,
    rated_position    bigint not null,
    primary key (lane, account, meter, bucket, subscription)
);

-- name: usage_buckets_unrated
create index on usage_buckets (account, meter, bucket) where rated_position < last_position;

-- name: rated_windows
-- The window of the latest charge of every stream.
create table rated_windows (
    stream       uuid primary key,
    lane         smallint not null,
    account      text not null,
    meter        text not null,
    subscription text not null,
    window_from  timestamptz not null,
    window_to    timestamptz not null,
    to_position  bigint not null,
    facts        bigint not null
);

-- name: rated_windows_key
create index on rated_windows (lane, account, meter);

-- name: replays
create table replays (
    dead_letter uuid not null,
    lane        smallint not null,
    position    bigint not null,
    outcome     text not null,
    primary key (dead_letter)
);

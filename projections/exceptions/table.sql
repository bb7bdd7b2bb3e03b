-- Where usage was not rated: counts per day, beside the windows that were rated.

-- name: usage_days
-- Usage facts per UTC day. Every chunk of usage counts into its days, so pages keep room for that.
create table usage_days (
    lane          smallint not null,
    account       text not null,
    meter         text not null,
    subscription  text not null,
    day           timestamptz not null,
    facts         bigint not null,
    last_position bigint not null,
    primary key (lane, account, meter, day, subscription)
) with (fillfactor = 70);

-- name: unrated_days
-- The days whose last fact is in the set of no charge whose window holds the whole day. The rows of
-- the day tell what of it is unrated (a day on which a window turns is held by none).
create table unrated_days (
    lane         smallint not null,
    account      text not null,
    meter        text not null,
    subscription text not null,
    day          timestamptz not null,
    primary key (account, meter, day, subscription, lane)
);

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

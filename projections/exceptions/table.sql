-- Where usage was not rated: counts per day, beside the windows that were rated.

-- name: usage_days
-- Usage facts per UTC day. rated_position is up to where the set of a charge reaches whose window
-- holds the whole day, at most last_position; where it is less, the rows of the day tell what of it
-- is unrated (a day on which a window turns is held by none).
create table usage_days (
    lane           smallint not null,
    account        text not null,
    meter          text not null,
    subscription   text not null,
    day            timestamptz not null,
    facts          bigint not null,
    last_position  bigint not null,
    rated_position bigint not null,
    primary key (lane, account, meter, day, subscription)
);

-- name: usage_days_unrated
create index on usage_days (account, meter, day) where rated_position < last_position;

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

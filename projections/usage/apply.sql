-- lanes: all
-- stages: load index supersede hours days end
--
-- A chunk that only adds to a rollup group is merged into it: sum, max, count and the latest event
-- merge exactly. A chunk that supersedes a version, voids one, or brings keys to count apart
-- changes a group in ways that do not merge: such groups are computed anew from the rows.
-- A parallel load writes rows alone; the stages after it compute supersession and every group once.

-- name: rows
-- when: load
insert into usage_events
select lane, data ->> 'account', data ->> 'meter', occurred_at, position, stream, version,
       type = 'usage.voided/1', null, recorded_at,
       coalesce((meta ->> 'replay_day')::date, (recorded_at at time zone 'UTC')::date), leaf,
       coalesce((data ->> 'quantity')::numeric, 0), data ->> 'source', data ->> 'id',
       data ->> 'key', data ->> 'subscription', coalesce(data -> 'dimensions', '{}')
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type in ('usage.recorded/1', 'usage.corrected/1', 'usage.voided/1');

-- name: rows_and_merge
-- when: fold
with added as (
    insert into usage_events
    select lane, data ->> 'account', data ->> 'meter', occurred_at, position, stream, version,
           type = 'usage.voided/1', null, recorded_at,
           coalesce((meta ->> 'replay_day')::date, (recorded_at at time zone 'UTC')::date), leaf,
           coalesce((data ->> 'quantity')::numeric, 0), data ->> 'source', data ->> 'id',
           data ->> 'key', data ->> 'subscription', coalesce(data -> 'dimensions', '{}')
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type in ('usage.recorded/1', 'usage.corrected/1', 'usage.voided/1')
    returning lane, account, meter, occurred_at, position, version, received_on, quantity, source,
              key, coalesce(subscription, '') as subscription, dimensions
), accepted as (
    insert into usage_receipts as t
    select source, received_on, count(*), 0, 0, 0
    from added
    where version = 1
    group by 1, 2
    order by 1, 2
    on conflict (source, day) do update set accepted = t.accepted + excluded.accepted
), hours as (
    select lane, account, meter, date_trunc('hour', occurred_at, 'UTC') as bucket, dimensions,
           subscription, count(*) as events, sum(quantity) as sum, max(quantity) as max,
           max(array[extract(epoch from occurred_at), position, quantity]) as latest,
           max(occurred_at) as latest_at
    from added
    where version = 1 and key is null
    group by 1, 2, 3, 4, 5, 6
), days as (
    select lane, account, meter, date_trunc('day', bucket, 'UTC') as bucket, dimensions,
           subscription, sum(events)::bigint as events, sum(sum) as sum, max(max) as max,
           max(latest) as latest, max(latest_at) as latest_at
    from hours
    group by 1, 2, 3, 4, 5, 6
), merged_hours as (
    insert into usage_hourly as t
    select lane, account, meter, bucket, dimensions, subscription, events, sum, max, latest[3],
           latest_at, latest[2]::bigint, 0
    from hours
    on conflict (lane, account, meter, bucket, dimensions, subscription) do update set
        events = t.events + excluded.events,
        sum = t.sum + excluded.sum,
        max = greatest(t.max, excluded.max),
        latest = case when (excluded.latest_at, excluded.latest_position)
                           > (t.latest_at, t.latest_position)
                      then excluded.latest else t.latest end,
        latest_position = case when (excluded.latest_at, excluded.latest_position)
                                    > (t.latest_at, t.latest_position)
                               then excluded.latest_position else t.latest_position end,
        latest_at = greatest(t.latest_at, excluded.latest_at)
)
insert into usage_daily as t
select lane, account, meter, bucket, dimensions, subscription, events, sum, max, latest[3],
       latest_at, latest[2]::bigint, 0
from days
on conflict (lane, account, meter, bucket, dimensions, subscription) do update set
    events = t.events + excluded.events,
    sum = t.sum + excluded.sum,
    max = greatest(t.max, excluded.max),
    latest = case when (excluded.latest_at, excluded.latest_position)
                       > (t.latest_at, t.latest_position)
                  then excluded.latest else t.latest end,
    latest_position = case when (excluded.latest_at, excluded.latest_position)
                                > (t.latest_at, t.latest_position)
                           then excluded.latest_position else t.latest_position end,
    latest_at = greatest(t.latest_at, excluded.latest_at);

-- name: supersede
-- The version before is found through the log, whose own index leads to it.
-- when: fold
update usage_events as e
set superseded_at = next.position
from ledger.log as next
join ledger.log as prior on prior.stream = next.stream and prior.version = next.version - 1
where next.lane = %(lane)s and next.position > %(from)s and next.position <= %(to)s
  and next.type in ('usage.corrected/1', 'usage.voided/1')
  and e.lane = prior.lane and e.account = prior.data ->> 'account'
  and e.meter = prior.data ->> 'meter' and e.occurred_at = prior.occurred_at
  and e.position = prior.position;

-- name: forget_hours
-- Of the groups that do not merge, forget what was known, then compute them from the rows.
-- when: fold
with changed as (
    select l.lane, v.data ->> 'account' as account, v.data ->> 'meter' as meter,
           date_trunc('hour', v.occurred_at, 'UTC') as bucket,
           coalesce(v.data -> 'dimensions', '{}') as dimensions,
           coalesce(v.data ->> 'subscription', '') as subscription
    from ledger.log as l
    join ledger.log as v
      on v.stream = l.stream and v.version in (l.version, l.version - 1)
    where l.lane = %(lane)s and l.position > %(from)s and l.position <= %(to)s
      and l.type in ('usage.corrected/1', 'usage.voided/1')
    union
    select lane, data ->> 'account', data ->> 'meter', date_trunc('hour', occurred_at, 'UTC'),
           coalesce(data -> 'dimensions', '{}'), coalesce(data ->> 'subscription', '')
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'usage.recorded/1' and data ? 'key'
)
delete from usage_hourly as t
using changed as c
where t.lane = c.lane and t.account = c.account and t.meter = c.meter and t.bucket = c.bucket
  and t.dimensions = c.dimensions and t.subscription = c.subscription;

-- name: recompute_hours
-- when: fold
with changed as (
    select l.lane, v.data ->> 'account' as account, v.data ->> 'meter' as meter,
           date_trunc('hour', v.occurred_at, 'UTC') as bucket,
           coalesce(v.data -> 'dimensions', '{}') as dimensions,
           coalesce(v.data ->> 'subscription', '') as subscription
    from ledger.log as l
    join ledger.log as v
      on v.stream = l.stream and v.version in (l.version, l.version - 1)
    where l.lane = %(lane)s and l.position > %(from)s and l.position <= %(to)s
      and l.type in ('usage.corrected/1', 'usage.voided/1')
    union
    select lane, data ->> 'account', data ->> 'meter', date_trunc('hour', occurred_at, 'UTC'),
           coalesce(data -> 'dimensions', '{}'), coalesce(data ->> 'subscription', '')
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'usage.recorded/1' and data ? 'key'
)
insert into usage_hourly
select c.lane, c.account, c.meter, c.bucket, c.dimensions, c.subscription, count(*),
       sum(e.quantity), max(e.quantity),
       (array_agg(e.quantity order by e.occurred_at desc, e.position desc))[1],
       max(e.occurred_at),
       (array_agg(e.position order by e.occurred_at desc, e.position desc))[1],
       count(distinct e.key)
from changed as c
join usage_events as e
  on e.lane = c.lane and e.account = c.account and e.meter = c.meter
 and e.occurred_at >= c.bucket and e.occurred_at < c.bucket + interval '1 hour'
 and e.dimensions = c.dimensions and coalesce(e.subscription, '') = c.subscription
 and e.superseded_at is null and not e.void
group by 1, 2, 3, 4, 5, 6;

-- name: forget_days
-- when: fold
with changed as (
    select l.lane, v.data ->> 'account' as account, v.data ->> 'meter' as meter,
           date_trunc('day', v.occurred_at, 'UTC') as bucket,
           coalesce(v.data -> 'dimensions', '{}') as dimensions,
           coalesce(v.data ->> 'subscription', '') as subscription
    from ledger.log as l
    join ledger.log as v
      on v.stream = l.stream and v.version in (l.version, l.version - 1)
    where l.lane = %(lane)s and l.position > %(from)s and l.position <= %(to)s
      and l.type in ('usage.corrected/1', 'usage.voided/1')
    union
    select lane, data ->> 'account', data ->> 'meter', date_trunc('day', occurred_at, 'UTC'),
           coalesce(data -> 'dimensions', '{}'), coalesce(data ->> 'subscription', '')
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'usage.recorded/1' and data ? 'key'
)
delete from usage_daily as t
using changed as c
where t.lane = c.lane and t.account = c.account and t.meter = c.meter and t.bucket = c.bucket
  and t.dimensions = c.dimensions and t.subscription = c.subscription;

-- name: recompute_days
-- when: fold
with changed as (
    select l.lane, v.data ->> 'account' as account, v.data ->> 'meter' as meter,
           date_trunc('day', v.occurred_at, 'UTC') as bucket,
           coalesce(v.data -> 'dimensions', '{}') as dimensions,
           coalesce(v.data ->> 'subscription', '') as subscription
    from ledger.log as l
    join ledger.log as v
      on v.stream = l.stream and v.version in (l.version, l.version - 1)
    where l.lane = %(lane)s and l.position > %(from)s and l.position <= %(to)s
      and l.type in ('usage.corrected/1', 'usage.voided/1')
    union
    select lane, data ->> 'account', data ->> 'meter', date_trunc('day', occurred_at, 'UTC'),
           coalesce(data -> 'dimensions', '{}'), coalesce(data ->> 'subscription', '')
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'usage.recorded/1' and data ? 'key'
)
insert into usage_daily
select c.lane, c.account, c.meter, c.bucket, c.dimensions, c.subscription, count(*),
       sum(e.quantity), max(e.quantity),
       (array_agg(e.quantity order by e.occurred_at desc, e.position desc))[1],
       max(e.occurred_at),
       (array_agg(e.position order by e.occurred_at desc, e.position desc))[1],
       count(distinct e.key)
from changed as c
join usage_events as e
  on e.lane = c.lane and e.account = c.account and e.meter = c.meter
 and e.occurred_at >= c.bucket and e.occurred_at < c.bucket + interval '1 day'
 and e.dimensions = c.dimensions and coalesce(e.subscription, '') = c.subscription
 and e.superseded_at is null and not e.void
group by 1, 2, 3, 4, 5, 6;

-- name: supersede_all
-- stage: supersede
update usage_events as e
set superseded_at = next.position
from usage_events as next
join ledger.log as prior on prior.stream = next.stream and prior.version = next.version - 1
where next.lane = %(lane)s and next.version > 1
  and e.lane = prior.lane and e.account = next.account and e.meter = next.meter
  and e.occurred_at = prior.occurred_at and e.position = prior.position;

-- name: all_hours
-- Halves of the accounts run side by side.
-- stage: hours
insert into usage_hourly
select lane, account, meter, bucket, dimensions, subscription, events, sum, max, latest[3],
       latest_at, latest[2]::bigint, 0
from (
    select lane, account, meter, date_trunc('hour', occurred_at, 'UTC') as bucket, dimensions,
           coalesce(subscription, '') as subscription, count(*) as events, sum(quantity) as sum,
           max(quantity) as max,
           max(array[extract(epoch from occurred_at), position, quantity]) as latest,
           max(occurred_at) as latest_at
    from usage_events
    where lane = %(lane)s and hashtext(account) & 1 = %(part)s
      and superseded_at is null and not void
    group by 1, 2, 3, 4, 5, 6
    having max(key) is null
) as hours;

-- name: all_hours_of_keys
-- Keys have to be counted apart.
-- stage: hours
insert into usage_hourly
select lane, account, meter, date_trunc('hour', occurred_at, 'UTC'), dimensions,
       coalesce(subscription, ''), count(*), sum(quantity), max(quantity),
       (array_agg(quantity order by occurred_at desc, position desc))[1],
       max(occurred_at),
       (array_agg(position order by occurred_at desc, position desc))[1],
       count(distinct key)
from usage_events
where lane = %(lane)s and superseded_at is null and not void
  and (account, meter) in (select distinct account, meter from usage_events
                           where lane = %(lane)s and key is not null)
group by 1, 2, 3, 4, 5, 6
having max(key) is not null;

-- name: all_days
-- Hours merge into days.
-- stage: days
insert into usage_daily
select lane, account, meter, bucket, dimensions, subscription, events, sum, max, latest[3],
       latest_at, latest[2]::bigint, 0
from (
    select lane, account, meter, date_trunc('day', bucket, 'UTC') as bucket, dimensions,
           subscription, sum(events)::bigint as events, sum(sum) as sum, max(max) as max,
           max(array[extract(epoch from latest_at), latest_position, latest]) as latest,
           max(latest_at) as latest_at
    from usage_hourly
    where lane = %(lane)s and hashtext(account) & 1 = %(part)s
    group by 1, 2, 3, 4, 5, 6
    having max(keys) = 0
) as days;

-- name: all_days_of_keys
-- stage: days
insert into usage_daily
select e.lane, e.account, e.meter, date_trunc('day', e.occurred_at, 'UTC'), e.dimensions,
       d.subscription, count(*), sum(e.quantity), max(e.quantity),
       (array_agg(e.quantity order by e.occurred_at desc, e.position desc))[1],
       max(e.occurred_at),
       (array_agg(e.position order by e.occurred_at desc, e.position desc))[1],
       count(distinct e.key)
from (
    select lane, account, meter, date_trunc('day', bucket, 'UTC') as day, dimensions, subscription
    from usage_hourly
    where lane = %(lane)s
    group by 1, 2, 3, 4, 5, 6
    having max(keys) > 0
) as d
join usage_events as e
  on e.lane = d.lane and e.account = d.account and e.meter = d.meter
 and e.occurred_at >= d.day and e.occurred_at < d.day + interval '1 day'
 and e.dimensions = d.dimensions and coalesce(e.subscription, '') = d.subscription
 and e.superseded_at is null and not e.void
group by 1, 2, 3, 4, 5, 6;

-- name: all_accepted
-- stage: hours
insert into usage_receipts as t
select source, received_on, count(*), 0, 0, 0
from usage_events
where lane = %(lane)s and version = 1
group by 1, 2
on conflict (source, day) do update set accepted = t.accepted + excluded.accepted;

-- name: received
-- when: fold load
insert into usage_receipts as t
select data ->> 'source', (data ->> 'day')::date, 0, sum((data ->> 'duplicate')::bigint),
       coalesce(sum((select sum(count::bigint)
                     from jsonb_each_text(coalesce(data -> 'dead_lettered', '{}'))
                          as c (code, count))), 0), 0
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'usage.received/1'
group by 1, 2
order by 1, 2
on conflict (source, day) do update set
    duplicate = t.duplicate + excluded.duplicate,
    dead_lettered = t.dead_lettered + excluded.dead_lettered;

-- name: replayed
-- A replay takes the event out of the dead letters; as accepted it counts by itself.
-- when: fold load
insert into usage_receipts as t
select data ->> 'source', (data ->> 'day')::date, 0,
       count(*) filter (where data ->> 'outcome' = 'duplicate'), -count(*), count(*)
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'usage.replayed/1'
group by 1, 2
order by 1, 2
on conflict (source, day) do update set
    duplicate = t.duplicate + excluded.duplicate,
    dead_lettered = t.dead_lettered + excluded.dead_lettered,
    replayed = t.replayed + excluded.replayed;

-- lanes: all
-- stages: load index supersede hours days keys end
--
-- A chunk that only adds to a rollup group is merged into it: sum, max, count and the latest event
-- merge exactly. A chunk that supersedes a version, voids one, or brings keys to count apart
-- changes a group in ways that do not merge: such groups are computed anew from the rows.
-- A parallel load writes rows alone; the stages after it compute supersession and every group once.
-- The rows of a chunk lie together by account and meter, because that is how they are read.

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
  and type in ('usage.recorded/1', 'usage.corrected/1', 'usage.voided/1')
order by 2, 3, 4, 5;

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
    order by 2, 3, 4, 5
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
           subscription, count(*) as events, sum(quantity) as sum,
           sum(quantity * extract(epoch from occurred_at)) as weighted, max(quantity) as max,
           max(array[extract(epoch from occurred_at), position, quantity]) as latest,
           max(occurred_at) as latest_at
    from added
    where version = 1 and key is null
    group by 1, 2, 3, 4, 5, 6
), days as (
    select lane, account, meter, date_trunc('day', bucket, 'UTC') as bucket, dimensions,
           subscription, sum(events)::bigint as events, sum(sum) as sum,
           sum(weighted) as weighted, max(max) as max, max(latest) as latest, max(latest_at) as latest_at
    from hours
    group by 1, 2, 3, 4, 5, 6
), merged_hours as (
    insert into usage_hourly as t
    select lane, account, meter, bucket, dimensions, subscription, events, sum, weighted, max, latest[3],
           latest_at, latest[2]::bigint, 0
    from hours
    on conflict (lane, account, meter, bucket, dimensions, subscription) do update set
        events = t.events + excluded.events,
        sum = t.sum + excluded.sum, weighted = t.weighted + excluded.weighted,
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
select lane, account, meter, bucket, dimensions, subscription, events, sum, weighted, max, latest[3],
       latest_at, latest[2]::bigint, 0
from days
on conflict (lane, account, meter, bucket, dimensions, subscription) do update set
    events = t.events + excluded.events,
    sum = t.sum + excluded.sum, weighted = t.weighted + excluded.weighted,
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
       sum(e.quantity), sum(e.quantity * extract(epoch from e.occurred_at)), max(e.quantity),
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
       sum(e.quantity), sum(e.quantity * extract(epoch from e.occurred_at)), max(e.quantity),
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

-- name: keys_seen
-- when: fold
insert into usage_keys as t
select lane, data ->> 'account', data ->> 'meter', coalesce(data ->> 'subscription', ''),
       date_trunc('day', occurred_at, 'UTC'), data ->> 'key',
       max(date_bin('15 minutes', occurred_at, '2000-01-01 00:00:00+00')), null, null
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'usage.recorded/1' and data ? 'key'
group by 1, 2, 3, 4, 5, 6
order by 1, 2, 3, 4, 5, 6
on conflict (lane, account, meter, subscription, key, day) do update set
    last = greatest(t.last, excluded.last);

-- name: keys_changed
-- Keys of versions that came or went, looked up in the rows; epoch is a key that is gone.
-- when: fold
with changed as (
    select distinct l.lane, v.data ->> 'account' as account, v.data ->> 'meter' as meter,
           coalesce(v.data ->> 'subscription', '') as subscription,
           date_trunc('day', v.occurred_at, 'UTC') as day, v.data ->> 'key' as key
    from ledger.log as l
    join ledger.log as v
      on v.stream = l.stream and v.version in (l.version, l.version - 1)
    where l.lane = %(lane)s and l.position > %(from)s and l.position <= %(to)s
      and l.type in ('usage.corrected/1', 'usage.voided/1') and v.data ? 'key'
)
insert into usage_keys
select c.lane, c.account, c.meter, c.subscription, c.day, c.key,
       coalesce(max(date_bin('15 minutes', e.occurred_at, '2000-01-01 00:00:00+00')), 'epoch'),
       null, null
from changed as c
left join usage_events as e
  on e.lane = c.lane and e.account = c.account and e.meter = c.meter
 and e.occurred_at >= c.day and e.occurred_at < c.day + interval '1 day' and e.key = c.key
 and coalesce(e.subscription, '') = c.subscription and e.superseded_at is null and not e.void
group by 1, 2, 3, 4, 5, 6
on conflict (lane, account, meter, subscription, key, day) do update set last = excluded.last;

-- name: keys_counted
-- What a key's day counts as follows from its last time and from the day before on which it was
-- seen; so the days of the chunk and the next ones of their keys are counted anew.
-- when: fold
with seen as (
    select lane, data ->> 'account' as account, data ->> 'meter' as meter,
           coalesce(data ->> 'subscription', '') as subscription, data ->> 'key' as key,
           date_trunc('day', occurred_at, 'UTC') as day
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'usage.recorded/1' and data ? 'key'
    union
    select l.lane, v.data ->> 'account', v.data ->> 'meter',
           coalesce(v.data ->> 'subscription', ''), v.data ->> 'key',
           date_trunc('day', v.occurred_at, 'UTC')
    from ledger.log as l
    join ledger.log as v
      on v.stream = l.stream and v.version in (l.version, l.version - 1)
    where l.lane = %(lane)s and l.position > %(from)s and l.position <= %(to)s
      and l.type in ('usage.corrected/1', 'usage.voided/1') and v.data ? 'key'
), touched as (
    select * from seen
    union
    select s.lane, s.account, s.meter, s.subscription, s.key, next.day
    from seen as s
    cross join lateral (
        select k.day
        from usage_keys as k
        where k.lane = s.lane and k.account = s.account and k.meter = s.meter
          and k.subscription = s.subscription and k.key = s.key and k.day > s.day
          and k.last > 'epoch'
        order by k.day
        limit 1
    ) as next
), fresh as (
    select k.*, case when k.last > 'epoch' then coalesce(before.last, 'epoch') end as prior
    from touched as t
    join usage_keys as k using (lane, account, meter, subscription, key, day)
    left join lateral (
        select p.last
        from usage_keys as p
        where p.lane = k.lane and p.account = k.account and p.meter = k.meter
          and p.subscription = k.subscription and p.key = k.key and p.day < k.day
          and p.last > 'epoch'
        order by p.day desc
        limit 1
    ) as before on true
), counted as (
    update usage_keys as k
    set counted_last = nullif(f.last, 'epoch'), counted_prior = f.prior
    from fresh as f
    where k.lane = f.lane and k.account = f.account and k.meter = f.meter
      and k.subscription = f.subscription and k.key = f.key and k.day = f.day
      and (f.counted_last, f.counted_prior)
          is distinct from (nullif(f.last, 'epoch'), f.prior)
    returning k.lane, k.account, k.meter, k.subscription, k.day,
              old.counted_last as old_last, new.counted_last as new_last,
              old.counted_prior as old_prior, new.counted_prior as new_prior
), changes as (
    select c.lane, c.account, c.meter, c.subscription, c.day, d.side, d.at, sum(d.keys) as keys
    from counted as c
    cross join lateral (values
        ('last', c.old_last, -1), ('last', c.new_last, 1),
        ('prior', c.old_prior, -1), ('prior', c.new_prior, 1)) as d (side, at, keys)
    where d.at is not null
    group by 1, 2, 3, 4, 5, 6, 7
    having sum(d.keys) <> 0
)
insert into usage_key_counts as t
select * from changes
on conflict (lane, account, meter, subscription, day, side, at) do update set
    keys = t.keys + excluded.keys;

-- name: keys_forgotten
-- Every key of the log's chunk was counted by now; those that are gone leave no row.
-- when: fold
with gone as (
    select distinct l.lane, v.data ->> 'account' as account, v.data ->> 'meter' as meter,
           coalesce(v.data ->> 'subscription', '') as subscription, v.data ->> 'key' as key,
           date_trunc('day', v.occurred_at, 'UTC') as day
    from ledger.log as l
    join ledger.log as v
      on v.stream = l.stream and v.version in (l.version, l.version - 1)
    where l.lane = %(lane)s and l.position > %(from)s and l.position <= %(to)s
      and l.type in ('usage.corrected/1', 'usage.voided/1') and v.data ? 'key'
)
delete from usage_keys as k
using gone as g
where k.lane = g.lane and k.account = g.account and k.meter = g.meter
  and k.subscription = g.subscription and k.key = g.key and k.day = g.day
  and k.last = 'epoch';

-- name: key_counts_forgotten
-- when: fold
delete from usage_key_counts as t
using (
    select distinct lane, data ->> 'account' as account, data ->> 'meter' as meter
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and (type = 'usage.recorded/1' and data ? 'key'
           or type in ('usage.corrected/1', 'usage.voided/1'))
) as touched
where t.lane = touched.lane and t.account = touched.account and t.meter = touched.meter
  and t.keys = 0;

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
select lane, account, meter, bucket, dimensions, subscription, events, sum, weighted, max, latest[3],
       latest_at, latest[2]::bigint, 0
from (
    select lane, account, meter, date_trunc('hour', occurred_at, 'UTC') as bucket, dimensions,
           coalesce(subscription, '') as subscription, count(*) as events, sum(quantity) as sum,
           sum(quantity * extract(epoch from occurred_at)) as weighted, max(quantity) as max,
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
       coalesce(subscription, ''), count(*), sum(quantity),
       sum(quantity * extract(epoch from occurred_at)), max(quantity),
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
select lane, account, meter, bucket, dimensions, subscription, events, sum, weighted, max, latest[3],
       latest_at, latest[2]::bigint, 0
from (
    select lane, account, meter, date_trunc('day', bucket, 'UTC') as bucket, dimensions,
           subscription, sum(events)::bigint as events, sum(sum) as sum,
           sum(weighted) as weighted, max(max) as max,
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
       d.subscription, count(*), sum(e.quantity),
       sum(e.quantity * extract(epoch from e.occurred_at)), max(e.quantity),
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

-- name: all_keys
-- stage: days
insert into usage_keys
select lane, account, meter, subscription, day, key, last, last,
       coalesce(lag(last) over (partition by lane, account, meter, subscription, key order by day),
                'epoch')
from (
    select lane, account, meter, coalesce(subscription, '') as subscription,
           date_trunc('day', occurred_at, 'UTC') as day, key,
           max(date_bin('15 minutes', occurred_at, '2000-01-01 00:00:00+00')) as last
    from usage_events
    where lane = %(lane)s and key is not null and superseded_at is null and not void
    group by 1, 2, 3, 4, 5, 6
) as seen;

-- name: all_key_counts
-- stage: end
insert into usage_key_counts
select k.lane, k.account, k.meter, k.subscription, k.day, c.side, c.at, count(*)
from usage_keys as k
cross join lateral (values ('last', k.last), ('prior', k.counted_prior)) as c (side, at)
where k.lane = %(lane)s
group by 1, 2, 3, 4, 5, 6, 7;

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

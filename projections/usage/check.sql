-- name: hours_equal_rows
-- Every hourly group is what its rows say.
with rows as (
    select lane, account, meter, date_trunc('hour', occurred_at, 'UTC') as bucket, dimensions,
           coalesce(subscription, '') as subscription, count(*) as events, sum(quantity) as sum,
           sum(quantity * extract(epoch from occurred_at)) as weighted, max(quantity) as max,
           (array_agg(quantity order by occurred_at desc, position desc))[1] as latest,
           count(distinct key) as keys
    from usage_events
    where superseded_at is null and not void
    group by 1, 2, 3, 4, 5, 6
)
select lane, account, meter, bucket, dimensions, subscription, h.events, r.events as events_of_rows,
       h.sum, r.sum as sum_of_rows
from usage_hourly as h
full join rows as r using (lane, account, meter, bucket, dimensions, subscription)
where (h.events, h.sum, h.weighted, h.max, h.latest, h.keys) is distinct from
      (r.events, r.sum, r.weighted, r.max, r.latest, r.keys)
limit 100;

-- name: days_equal_rows
-- Every daily group is what its rows say.
with rows as (
    select lane, account, meter, date_trunc('day', occurred_at, 'UTC') as bucket, dimensions,
           coalesce(subscription, '') as subscription, count(*) as events, sum(quantity) as sum,
           sum(quantity * extract(epoch from occurred_at)) as weighted, max(quantity) as max,
           (array_agg(quantity order by occurred_at desc, position desc))[1] as latest,
           count(distinct key) as keys
    from usage_events
    where superseded_at is null and not void
    group by 1, 2, 3, 4, 5, 6
)
select lane, account, meter, bucket, dimensions, subscription, d.events, r.events as events_of_rows,
       d.sum, r.sum as sum_of_rows
from usage_daily as d
full join rows as r using (lane, account, meter, bucket, dimensions, subscription)
where (d.events, d.sum, d.weighted, d.max, d.latest, d.keys) is distinct from
      (r.events, r.sum, r.weighted, r.max, r.latest, r.keys)
limit 100;

-- name: keys_equal_rows
-- Every key of a day counts by its last time that day and on the day before it was seen.
with rows as (
    select lane, account, meter, coalesce(subscription, '') as subscription, key,
           date_trunc('day', occurred_at, 'UTC') as day,
           max(date_bin('15 minutes', occurred_at, '2000-01-01 00:00:00+00')) as last
    from usage_events
    where superseded_at is null and not void and key is not null
    group by 1, 2, 3, 4, 5, 6
), said as (
    select *, coalesce(lag(last) over (partition by lane, account, meter, subscription, key
                                       order by day), 'epoch') as prior
    from rows
)
select lane, account, meter, subscription, key, day, k.last, s.last as last_of_rows
from usage_keys as k
full join said as s using (lane, account, meter, subscription, key, day)
where (k.last, k.counted_last, k.counted_prior) is distinct from (s.last, s.last, s.prior)
limit 100;

-- name: key_counts_equal_keys
-- Keys are counted by day and by when they were seen last, that day and before.
with said as (
    select k.lane, k.account, k.meter, k.subscription, k.day, c.side, c.at, count(*) as keys
    from usage_keys as k
    cross join lateral (values ('last', k.counted_last), ('prior', k.counted_prior))
        as c (side, at)
    group by 1, 2, 3, 4, 5, 6, 7
)
select lane, account, meter, subscription, day, side, at, t.keys, s.keys as keys_of_rows
from usage_key_counts as t
full join said as s using (lane, account, meter, subscription, day, side, at)
where t.keys is distinct from s.keys
limit 100;

-- name: one_version_stands
-- Of every usage event exactly one version is not superseded.
select lane, stream, count(*) filter (where superseded_at is null) as standing
from usage_events
group by 1, 2
having count(*) filter (where superseded_at is null) <> 1
limit 100;

-- name: rows_equal_log
-- There is a row for every usage fact that was folded.
with folded as (
    select c.lane, c.position
    from ledger.cursors as c
    join ledger.active_builds as a on a.build = c.build and a.projection = 'usage'
), logged as (
    select l.lane, count(*) as facts
    from ledger.log as l
    join folded as f on f.lane = l.lane and l.position <= f.position
    where l.type >= 'usage.' and l.type < 'usage/'
      and l.type in ('usage.recorded/1', 'usage.corrected/1', 'usage.voided/1')
    group by 1
), kept as (
    select lane, count(*) as facts from usage_events group by 1
)
select lane, logged.facts as facts_logged, kept.facts as rows_kept
from logged full join kept using (lane)
where logged.facts is distinct from kept.facts;

-- name: completeness
-- Per source and day, nothing is negative and the accepted ones are in the log.
with folded as (
    select c.lane, c.position
    from ledger.cursors as c
    join ledger.active_builds as a on a.build = c.build and a.projection = 'usage'
), logged as (
    select l.data ->> 'source' as source,
           coalesce((l.meta ->> 'replay_day')::date, (l.recorded_at at time zone 'UTC')::date)
               as day,
           count(*) as accepted
    from ledger.log as l
    join folded as f on f.lane = l.lane and l.position <= f.position
    where l.type = 'usage.recorded/1'
    group by 1, 2
)
select source, day, r.accepted, logged.accepted as accepted_in_log, r.duplicate, r.dead_lettered
from usage_receipts as r
full join logged using (source, day)
where coalesce(r.accepted, 0) <> coalesce(logged.accepted, 0)
   or r.duplicate < 0 or r.dead_lettered < 0 or r.replayed < 0
limit 100;

-- name: dead_letters_counted
-- The dead letters that are kept are those that were counted, per source and day.
with folded as (
    select c.lane, c.position
    from ledger.cursors as c
    join ledger.active_builds as a on a.build = c.build and a.projection = 'usage'
), kept as (
    select d.source, d.day, count(*) as letters
    from ledger.dead_letters as d
    where exists (select 1 from ledger.log as l
                  join folded as f on f.lane = l.lane and l.position <= f.position
                  where l.stream = d.flush)
    group by 1, 2
)
select source, day, r.dead_lettered + r.replayed as counted, kept.letters as kept
from usage_receipts as r
full join kept using (source, day)
where coalesce(r.dead_lettered + r.replayed, 0) <> coalesce(kept.letters, 0)
limit 100;

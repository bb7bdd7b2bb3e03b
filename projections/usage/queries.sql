-- name: usage_hours
-- Usage of one meter of one account over time, by UTC hour, and by one dimension when it is named.
select bucket, label, events, sum, max, latest,
       case when groups = 1 or keys = 0 then keys else (
           select count(distinct e.key)
           from usage_events as e
           where e.lane = g.lane and e.account = %(account)s and e.meter = %(meter)s
             and e.occurred_at >= g.bucket and e.occurred_at < g.bucket + interval '1 hour'
             and e.superseded_at is null and not e.void
             and coalesce(e.dimensions ->> %(dimension)s, '') = g.label
       ) end::bigint as keys
from (
    select lane, bucket, coalesce(dimensions ->> %(dimension)s, '') as label, count(*) as groups,
           sum(events)::bigint as events, sum(sum) as sum, max(max) as max,
           (array_agg(latest order by latest_at desc, latest_position desc))[1] as latest,
           max(keys) as keys
    from usage_hourly
    where lane = (select lane from accounts where account = %(account)s)
      and account = %(account)s and meter = %(meter)s
      and bucket >= %(from)s and bucket < %(to)s
    group by 1, 2, 3
) as g
where (bucket, label) > (%(after)s, %(after_label)s)
order by bucket, label
limit %(limit)s;

-- name: usage_days
-- Usage of one meter of one account over time, by UTC day, and by one dimension when it is named.
select bucket, label, events, sum, max, latest,
       case when groups = 1 or keys = 0 then keys else (
           select count(distinct e.key)
           from usage_events as e
           where e.lane = g.lane and e.account = %(account)s and e.meter = %(meter)s
             and e.occurred_at >= g.bucket and e.occurred_at < g.bucket + interval '1 day'
             and e.superseded_at is null and not e.void
             and coalesce(e.dimensions ->> %(dimension)s, '') = g.label
       ) end::bigint as keys
from (
    select lane, bucket, coalesce(dimensions ->> %(dimension)s, '') as label, count(*) as groups,
           sum(events)::bigint as events, sum(sum) as sum, max(max) as max,
           (array_agg(latest order by latest_at desc, latest_position desc))[1] as latest,
           max(keys) as keys
    from usage_daily
    where lane = (select lane from accounts where account = %(account)s)
      and account = %(account)s and meter = %(meter)s
      and bucket >= %(from)s and bucket < %(to)s
    group by 1, 2, 3
) as g
where (bucket, label) > (%(after)s, %(after_label)s)
order by bucket, label
limit %(limit)s;

-- name: usage_events
-- A page of the current usage events of one meter of one account, by time, then position.
select lane, account, meter, occurred_at, position, stream, version, void, superseded_at,
       recorded_at, quantity, source, id, key, subscription, dimensions
from usage_events
where lane = (select lane from accounts where account = %(account)s)
  and account = %(account)s and meter = %(meter)s
  and occurred_at >= %(from)s and occurred_at < %(to)s
  and (occurred_at, position) > (%(after)s, %(after_position)s)
  and superseded_at is null and not void
order by occurred_at, position
limit %(limit)s;

-- name: usage_versions
-- Every version of one usage event, oldest first, found through the log.
select e.lane, e.account, e.meter, e.occurred_at, e.position, e.stream, e.version, e.void,
       e.superseded_at, e.recorded_at, e.quantity, e.source, e.id, e.key, e.subscription,
       e.dimensions
from ledger.log as l
join usage_events as e
  on e.lane = l.lane and e.account = l.data ->> 'account' and e.meter = l.data ->> 'meter'
 and e.occurred_at = l.occurred_at and e.position = l.position
where l.stream = %(stream)s
order by e.version;

-- name: measure
-- The usage set of many windows at once, each as of a position of its lane: count and quantity over
-- the versions that stand then, facts and digest over every version in range (design, section 4).
-- Window by window and block by block, so that every sort fits in memory.
with windows as (
    select *
    from jsonb_to_recordset(%(windows)s) as w (
        number integer, lane smallint, account text, meter text, subscription text,
        aggregation text, window_from timestamptz, window_to timestamptz, to_position bigint)
)
select w.number, coalesce(q.count, 0) as count,
       coalesce(case w.aggregation
                when 'sum' then q.sum
                when 'count' then q.count
                when 'max' then q.max
                when 'latest' then q.latest[3]
                when 'unique_count' then (
                    select count(distinct u.key)
                    from usage_events as u
                    where u.lane = w.lane and u.account = w.account and u.meter = w.meter
                      and u.occurred_at >= w.window_from and u.occurred_at < w.window_to
                      and u.position <= w.to_position
                      and (u.superseded_at is null or u.superseded_at > w.to_position)
                      and not u.void
                      and (u.subscription is null or u.subscription = w.subscription))
                end, 0)::numeric as quantity,
       coalesce(q.facts, 0) as facts,
       encode(coalesce(q.digest, sha256('')), 'hex') as digest
from windows as w
cross join lateral (
    select sum(b.count)::bigint as count, sum(b.facts)::bigint as facts, sum(b.sum) as sum,
           max(b.max) as max, max(b.latest) as latest,
           sha256(string_agg(b.hash, ''::bytea order by b.block)) as digest
    from (
        select (e.position - 1) >> 14 as block, count(*) as facts,
               count(*) filter (where e.stands) as count,
               sum(e.quantity) filter (where e.stands) as sum,
               max(e.quantity) filter (where e.stands) as max,
               max(array[extract(epoch from e.occurred_at), e.position, e.quantity])
                   filter (where e.stands and w.aggregation = 'latest') as latest,
               sha256(string_agg(e.leaf, ''::bytea order by e.position)) as hash
        from (
            select u.position, u.occurred_at, u.quantity, u.leaf,
                   (u.superseded_at is null or u.superseded_at > w.to_position) and not u.void
                       and (u.subscription is null or u.subscription = w.subscription) as stands
            from usage_events as u
            where u.lane = w.lane and u.account = w.account and u.meter = w.meter
              and u.occurred_at >= w.window_from and u.occurred_at < w.window_to
              and u.position <= w.to_position
        ) as e
        group by 1
    ) as b
) as q
order by w.number;

-- name: measure_groups
-- The same sets by the values of the dimensions that each window names; absent ones are left out.
with windows as (
    select *
    from jsonb_to_recordset(%(windows)s) as w (
        number integer, lane smallint, account text, meter text, subscription text,
        aggregation text, window_from timestamptz, window_to timestamptz, to_position bigint,
        dimensions jsonb)
), facts as materialized (
    select w.number, w.aggregation, w.dimensions as wanted, e.dimensions, e.position,
           e.occurred_at, e.quantity, e.key
    from windows as w
    cross join lateral (
        select *
        from usage_events as u
        where u.lane = w.lane and u.account = w.account and u.meter = w.meter
          and u.occurred_at >= w.window_from and u.occurred_at < w.window_to
          and u.position <= w.to_position
          and (u.superseded_at is null or u.superseded_at > w.to_position) and not u.void
          and (u.subscription is null or u.subscription = w.subscription)
        offset 0
    ) as e
), labels as materialized (
    select number, dimensions,
           (select coalesce(jsonb_object_agg(d.key, d.value), '{}')
            from jsonb_each(dimensions) as d
            where wanted ? d.key) as label
    from (select distinct number, wanted, dimensions from facts) as seen
), grouped as (
    select f.number, l.label, f.aggregation, count(*) as count, sum(f.quantity) as sum,
           max(f.quantity) as max,
           (array_agg(f.quantity order by f.occurred_at desc, f.position desc)
               filter (where f.aggregation = 'latest'))[1] as latest,
           count(distinct f.key) filter (where f.aggregation = 'unique_count') as keys
    from facts as f
    join labels as l using (number, dimensions)
    group by 1, 2, 3
)
select number, label as dimensions, count,
       (case aggregation when 'sum' then sum
                         when 'count' then count
                         when 'max' then max
                         when 'latest' then latest
                         when 'unique_count' then keys end)::numeric as quantity
from grouped
order by number, label;

-- name: usage_set
-- A page of the usage behind a charge, by time, then position: the versions that stood when rated.
-- The lateral limit reads the index in that order and stops; a plain join would sort the whole set.
select e.lane, e.account, e.meter, e.occurred_at, e.position, e.stream, e.version, e.void,
       e.superseded_at, e.recorded_at, e.quantity, e.source, e.id, e.key, e.subscription,
       e.dimensions
from charges as c
cross join lateral (
    select *
    from usage_events as u
    where u.lane = c.usage_lane and u.account = c.account and u.meter = c.meter
      and u.occurred_at >= c.window_from and u.occurred_at < c.window_to
      and u.position <= c.to_position
      and (u.superseded_at is null or u.superseded_at > c.to_position) and not u.void
      and (u.subscription is null or u.subscription = c.subscription)
      and (u.occurred_at, u.position) > (%(after)s, %(after_position)s)
    order by u.occurred_at, u.position
    limit %(limit)s
) as e
where c.charge = %(charge)s
order by e.occurred_at, e.position;

-- name: completeness
-- What came in per source and UTC day: received = accepted + duplicate + dead-lettered.
select source, day, accepted + duplicate + dead_lettered as received, accepted, duplicate,
       dead_lettered, replayed
from usage_receipts
where (%(source)s::text is null or source = %(source)s)
  and (%(from)s::date is null or day >= %(from)s)
  and (%(to)s::date is null or day < %(to)s)
  and (source, day) > (%(after)s, %(after_day)s)
order by source, day
limit %(limit)s;

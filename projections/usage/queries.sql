-- name: usage_hours
-- Usage of one meter of one account over time, by UTC hour, and by one dimension when it is named;
-- level is the sum of everything up to the end of the bucket, where it is asked for.
select bucket, label, events, sum, max, latest,
       case when groups = 1 or keys = 0 then keys else (
           select count(distinct e.key)
           from usage_events as e
           where e.lane = g.lane and e.account = %(account)s and e.meter = %(meter)s
             and e.occurred_at >= g.bucket and e.occurred_at < g.bucket + interval '1 hour'
             and e.superseded_at is null and not e.void
             and coalesce(e.dimensions ->> %(dimension)s, '') = g.label
       ) end::bigint as keys,
       case when %(level)s then level + (
           select coalesce(sum(b.sum), 0)
           from usage_hourly as b
           where b.lane = g.lane and b.account = %(account)s and b.meter = %(meter)s
             and b.bucket < %(from)s and coalesce(b.dimensions ->> %(dimension)s, '') = g.label
       ) end as level
from (
    select lane, bucket, coalesce(dimensions ->> %(dimension)s, '') as label, count(*) as groups,
           sum(events)::bigint as events, sum(sum) as sum, max(max) as max,
           (array_agg(latest order by latest_at desc, latest_position desc))[1] as latest,
           max(keys) as keys,
           sum(sum(sum)) over (partition by coalesce(dimensions ->> %(dimension)s, '')
                               order by bucket) as level
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
-- Usage of one meter of one account over time, by UTC day, and by one dimension when it is named;
-- level is the sum of everything up to the end of the bucket, where it is asked for.
select bucket, label, events, sum, max, latest,
       case when groups = 1 or keys = 0 then keys else (
           select count(distinct e.key)
           from usage_events as e
           where e.lane = g.lane and e.account = %(account)s and e.meter = %(meter)s
             and e.occurred_at >= g.bucket and e.occurred_at < g.bucket + interval '1 day'
             and e.superseded_at is null and not e.void
             and coalesce(e.dimensions ->> %(dimension)s, '') = g.label
       ) end::bigint as keys,
       case when %(level)s then level + (
           select coalesce(sum(b.sum), 0)
           from usage_daily as b
           where b.lane = g.lane and b.account = %(account)s and b.meter = %(meter)s
             and b.bucket < %(from)s and coalesce(b.dimensions ->> %(dimension)s, '') = g.label
       ) end as level
from (
    select lane, bucket, coalesce(dimensions ->> %(dimension)s, '') as label, count(*) as groups,
           sum(events)::bigint as events, sum(sum) as sum, max(max) as max,
           (array_agg(latest order by latest_at desc, latest_position desc))[1] as latest,
           max(keys) as keys,
           sum(sum(sum)) over (partition by coalesce(dimensions ->> %(dimension)s, '')
                               order by bucket) as level
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

-- name: used
-- How much of a meter a subscription has used in each of many windows, as known now: from daily
-- rollups of whole UTC days, hourly ones at the edges, and rows within an hour that a window cuts.
with windows as (
    select w.*, e.*, least(e.day_ceiling, e.hours_to) as days_from,
           greatest(e.day_floor, least(e.day_ceiling, e.hours_to)) as days_to
    from jsonb_to_recordset(%(windows)s) as w (
        number integer, lane smallint, account text, meter text, subscription text,
        aggregation text, window_from timestamptz, window_to timestamptz)
    cross join lateral (
        select date_trunc('hour', w.window_from + interval '59 minutes 59.999999 seconds', 'UTC') as hours_from,
               date_trunc('hour', w.window_to, 'UTC') as hours_to,
               date_trunc('day', w.window_from + interval '23:59:59.999999', 'UTC') as day_ceiling,
               date_trunc('day', w.window_from, 'UTC') as first_day,
               date_trunc('day', w.window_to, 'UTC') as day_floor
    ) as e
)
select w.number,
       coalesce(case w.aggregation
                when 'sum' then u.sum
                when 'count' then u.events
                when 'max' then u.max
                when 'latest' then u.latest[3] end, 0)::numeric as quantity
from windows as w
cross join lateral (
    select sum(p.events) as events, sum(p.sum) as sum, max(p.max) as max, max(p.latest) as latest
    from (
        select sum(d.events) as events, sum(d.sum) as sum, max(d.max) as max,
               max(array[extract(epoch from d.latest_at), d.latest_position, d.latest]) as latest
        from usage_daily as d
        where d.lane = w.lane and d.account = w.account and d.meter = w.meter
          and d.bucket >= w.days_from and d.bucket < w.days_to
          and d.subscription in ('', w.subscription)
        union all
        select sum(h.events), sum(h.sum), max(h.max),
               max(array[extract(epoch from h.latest_at), h.latest_position, h.latest])
        from usage_hourly as h
        where h.lane = w.lane and h.account = w.account and h.meter = w.meter
          and h.bucket >= w.hours_from and h.bucket < w.days_from
          and h.subscription in ('', w.subscription)
        union all
        select sum(h.events), sum(h.sum), max(h.max),
               max(array[extract(epoch from h.latest_at), h.latest_position, h.latest])
        from usage_hourly as h
        where h.lane = w.lane and h.account = w.account and h.meter = w.meter
          and h.bucket >= w.days_to and h.bucket < w.hours_to
          and h.subscription in ('', w.subscription)
        union all
        select count(*), sum(e.quantity), max(e.quantity),
               max(array[extract(epoch from e.occurred_at), e.position, e.quantity])
        from usage_events as e
        where e.lane = w.lane and e.account = w.account and e.meter = w.meter
          and e.occurred_at >= w.window_from and e.occurred_at < w.hours_from
          and e.superseded_at is null and not e.void
          and (e.subscription is null or e.subscription = w.subscription)
        union all
        select count(*), sum(e.quantity), max(e.quantity),
               max(array[extract(epoch from e.occurred_at), e.position, e.quantity])
        from usage_events as e
        where e.lane = w.lane and e.account = w.account and e.meter = w.meter
          and e.occurred_at >= w.hours_to and e.occurred_at < w.window_to
          and e.superseded_at is null and not e.void
          and (e.subscription is null or e.subscription = w.subscription)
    ) as p
) as u
order by w.number;

-- name: used_keys
-- How many keys a subscription has used in each of many windows. Those seen last on the first day
-- from its start on, and those of each later day that were not seen since the start: each counts
-- once. Rows tell where a window ends amid a day that went on, and where the keys of events with and
-- without a subscription would have to be merged.
with windows as (
    select *, date_trunc('day', w.window_from, 'UTC') as first_day,
           date_trunc('day', w.window_to, 'UTC') as day_floor
    from jsonb_to_recordset(%(windows)s) as w (
        number integer, lane smallint, account text, meter text, subscription text,
        window_from timestamptz, window_to timestamptz)
)
select w.number, k.keys::numeric as quantity
from windows as w
cross join lateral (
    select exists (
               select 1 from usage_key_counts as c
               where c.lane = w.lane and c.account = w.account and c.meter = w.meter
                 and c.subscription = w.subscription
                 and c.day >= w.first_day and c.day < w.window_to) as named,
           exists (
               select 1 from usage_key_counts as c
               where c.lane = w.lane and c.account = w.account and c.meter = w.meter
                 and c.subscription = ''
                 and c.day >= w.first_day and c.day < w.window_to) as unnamed,
           exists (
               select 1 from usage_events as e
               where e.lane = w.lane and e.account = w.account and e.meter = w.meter
                 and e.occurred_at >= w.window_to
                 and e.occurred_at < w.day_floor + interval '1 day') as goes_on
) as n
cross join lateral (
    select case when n.named and n.unnamed or n.goes_on then (
        select count(distinct e.key)
        from usage_events as e
        where e.lane = w.lane and e.account = w.account and e.meter = w.meter
          and e.occurred_at >= w.window_from and e.occurred_at < w.window_to
          and e.superseded_at is null and not e.void
          and (e.subscription is null or e.subscription = w.subscription)
    ) else (
        select coalesce(sum(c.keys), 0)
        from usage_key_counts as c
        where c.lane = w.lane and c.account = w.account and c.meter = w.meter
          and c.subscription = case when n.named then w.subscription else '' end
          and c.day = w.first_day and c.side = 'last' and c.at >= w.window_from
    ) + (
        select coalesce(sum(c.keys), 0)
        from usage_key_counts as c
        where c.lane = w.lane and c.account = w.account and c.meter = w.meter
          and c.subscription = case when n.named then w.subscription else '' end
          and c.day > w.first_day and c.day < w.window_to
          and c.side = 'prior' and c.at < w.window_from
    ) end as keys
) as k
order by w.number;

-- name: used_level
-- The level-seconds of each of many windows: the level at its start, and every change of it, times
-- what is left of the window.
with windows as (
    select w.*, e.*, least(e.day_ceiling, e.hours_to) as days_from,
           greatest(e.day_floor, least(e.day_ceiling, e.hours_to)) as days_to
    from jsonb_to_recordset(%(windows)s) as w (
        number integer, lane smallint, account text, meter text, subscription text,
        aggregation text, window_from timestamptz, window_to timestamptz)
    cross join lateral (
        select date_trunc('hour', w.window_from + interval '59 minutes 59.999999 seconds', 'UTC') as hours_from,
               date_trunc('hour', w.window_to, 'UTC') as hours_to,
               date_trunc('day', w.window_from + interval '23:59:59.999999', 'UTC') as day_ceiling,
               date_trunc('day', w.window_from, 'UTC') as first_day,
               date_trunc('day', w.window_to, 'UTC') as day_floor
    ) as e
)
select w.number,
       c.carried * extract(epoch from w.window_to - w.window_from)
           + coalesce(extract(epoch from w.window_to) * u.sum - u.weighted, 0) as quantity
from windows as w
cross join lateral (
    select sum(p.sum) as sum, sum(p.weighted) as weighted
    from (
        select sum(d.sum) as sum, sum(d.weighted) as weighted
        from usage_daily as d
        where d.lane = w.lane and d.account = w.account and d.meter = w.meter
          and d.bucket >= w.days_from and d.bucket < w.days_to
          and d.subscription in ('', w.subscription)
        union all
        select sum(h.sum), sum(h.weighted)
        from usage_hourly as h
        where h.lane = w.lane and h.account = w.account and h.meter = w.meter
          and h.bucket >= w.hours_from and h.bucket < w.days_from
          and h.subscription in ('', w.subscription)
        union all
        select sum(h.sum), sum(h.weighted)
        from usage_hourly as h
        where h.lane = w.lane and h.account = w.account and h.meter = w.meter
          and h.bucket >= w.days_to and h.bucket < w.hours_to
          and h.subscription in ('', w.subscription)
        union all
        select sum(e.quantity),
               sum(e.quantity * extract(epoch from e.occurred_at))
        from usage_events as e
        where e.lane = w.lane and e.account = w.account and e.meter = w.meter
          and e.occurred_at >= w.window_from and e.occurred_at < w.hours_from
          and e.superseded_at is null and not e.void
          and (e.subscription is null or e.subscription = w.subscription)
        union all
        select sum(e.quantity),
               sum(e.quantity * extract(epoch from e.occurred_at))
        from usage_events as e
        where e.lane = w.lane and e.account = w.account and e.meter = w.meter
          and e.occurred_at >= w.hours_to and e.occurred_at < w.window_to
          and e.superseded_at is null and not e.void
          and (e.subscription is null or e.subscription = w.subscription)
    ) as p
) as u
cross join lateral (
    select coalesce(sum(p.sum), 0) as carried
    from (
        select sum(d.sum) as sum
        from usage_daily as d
        where d.lane = w.lane and d.account = w.account and d.meter = w.meter
          and d.bucket < w.first_day and d.subscription in ('', w.subscription)
        union all
        select sum(h.sum)
        from usage_hourly as h
        where h.lane = w.lane and h.account = w.account and h.meter = w.meter
          and h.bucket >= w.first_day
          and h.bucket < date_trunc('hour', w.window_from, 'UTC')
          and h.subscription in ('', w.subscription)
        union all
        select sum(e.quantity)
        from usage_events as e
        where e.lane = w.lane and e.account = w.account and e.meter = w.meter
          and e.occurred_at >= date_trunc('hour', w.window_from, 'UTC')
          and e.occurred_at < w.window_from
          and e.superseded_at is null and not e.void
          and (e.subscription is null or e.subscription = w.subscription)
    ) as p
) as c
order by w.number;

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
-- The same sets by the values of the dimensions that each window names, absent ones left out; only
-- usage that has the values of takes, and of the dimensions of lacks none. A level over time is read
-- from the first event on (read_from): carried is the level at the start of the window, and the
-- quantity is in level-seconds.
with windows as (
    select *
    from jsonb_to_recordset(%(windows)s) as w (
        number integer, lane smallint, account text, meter text, subscription text,
        aggregation text, read_from timestamptz, window_from timestamptz, window_to timestamptz,
        to_position bigint, takes jsonb, lacks text[], dimensions text[])
)
select w.number, g.label as dimensions, g.count, g.quantity, g.carried
from windows as w
cross join lateral (
    select l.label, sum(d.count)::bigint as count,
           (case w.aggregation
            when 'sum' then sum(d.sum)
            when 'count' then sum(d.count)
            when 'max' then max(d.max)
            when 'latest' then (max(d.latest))[3]
            when 'unique_count' then count(distinct d.key)
            when 'weighted_sum' then sum(d.level_seconds) end)::numeric as quantity,
           coalesce(sum(d.carried), 0) as carried
    from (
        select u.dimensions, u.key,
               count(*) filter (where u.occurred_at >= w.window_from) as count,
               sum(u.quantity) as sum, max(u.quantity) as max,
               max(array[extract(epoch from u.occurred_at), u.position, u.quantity])
                   filter (where w.aggregation = 'latest') as latest,
               sum(u.quantity * extract(epoch from
                       w.window_to - greatest(u.occurred_at, w.window_from)))
                   filter (where w.aggregation = 'weighted_sum') as level_seconds,
               sum(u.quantity) filter (where u.occurred_at < w.window_from) as carried
        from usage_events as u
        where u.lane = w.lane and u.account = w.account and u.meter = w.meter
          and u.occurred_at >= w.read_from and u.occurred_at < w.window_to
          and u.position <= w.to_position
          and (u.superseded_at is null or u.superseded_at > w.to_position) and not u.void
          and (u.subscription is null or u.subscription = w.subscription)
          and u.dimensions @> w.takes and not u.dimensions ?| w.lacks
        group by 1, 2
    ) as d
    cross join lateral (
        select coalesce(jsonb_object_agg(e.key, e.value), '{}') as label
        from jsonb_each(d.dimensions) as e
        where e.key = any(w.dimensions)
    ) as l
    group by 1
) as g
order by w.number, g.label;

-- name: measure_percentages
-- What a percentage makes of the events of each window and group, one by one in the order of time,
-- then position. Allowances end with whichever is used up first, for good: peak is the most that the
-- values summed to before an event, and base how much of its value pays (none: it is free).
with windows as (
    select *
    from jsonb_to_recordset(%(windows)s) as w (
        number integer, lane smallint, account text, meter text, subscription text,
        window_from timestamptz, window_to timestamptz, to_position bigint, takes jsonb,
        lacks text[], dimensions text[], rate numeric, fixed numeric, free_events bigint,
        free_amount numeric, min_per_event numeric, max_per_event numeric)
)
select w.number, g.label as dimensions, g.free_count, g.free_value, g.paid_count, g.paid_value,
       g.raised, g.lowered
from windows as w
cross join lateral (
    select p.label, count(*) - count(p.base) as free_count,
           sum(p.quantity - coalesce(p.base, 0)) as free_value,
           count(p.base) as paid_count, coalesce(sum(p.base), 0) as paid_value,
           coalesce(sum(p.least - p.fee), 0) as raised,
           coalesce(sum(least(p.least, w.max_per_event) - p.least), 0) as lowered
    from (
        select b.label, b.quantity, b.base, f.fee, greatest(f.fee, w.min_per_event) as least
        from (
            select t.label, t.quantity,
                   case when w.free_events is null and w.free_amount is null
                             or t.number > w.free_events then t.quantity
                        when w.free_amount is null then null
                        when t.peak >= w.free_amount then t.quantity
                        when t.total > w.free_amount then t.total - w.free_amount end as base
            from (
                select r.label, r.quantity, r.number, r.total,
                       greatest(0, max(r.total) over (
                           partition by r.label order by r.number
                           rows between unbounded preceding and 1 preceding)) as peak
                from (
                    select l.label, u.quantity, row_number() over s as number,
                           sum(u.quantity) over (s rows unbounded preceding) as total
                    from usage_events as u
                    cross join lateral (
                        select case when w.dimensions = '{}' then '{}' else (
                                   select coalesce(jsonb_object_agg(e.key, e.value), '{}')
                                   from jsonb_each(u.dimensions) as e
                                   where e.key = any(w.dimensions)) end as label
                    ) as l
                    where u.lane = w.lane and u.account = w.account and u.meter = w.meter
                      and u.occurred_at >= w.window_from and u.occurred_at < w.window_to
                      and u.position <= w.to_position
                      and (u.superseded_at is null or u.superseded_at > w.to_position)
                      and not u.void
                      and (u.subscription is null or u.subscription = w.subscription)
                      and u.dimensions @> w.takes and not u.dimensions ?| w.lacks
                    window s as (partition by l.label order by u.occurred_at, u.position)
                ) as r
            ) as t
        ) as b
        cross join lateral (select w.fixed + w.rate * 0.01 * b.base as fee) as f
    ) as p
    group by 1
) as g
order by w.number, g.label;

-- name: measure_prices
-- The prices that the events of each window and group carry in a property, as their facts have them:
-- summed where it is a decimal of the contract, apart where it is missing or is none.
with windows as (
    select *
    from jsonb_to_recordset(%(windows)s) as w (
        number integer, lane smallint, account text, meter text, subscription text,
        aggregation text, window_from timestamptz, window_to timestamptz, to_position bigint,
        takes jsonb, lacks text[], dimensions text[], amount_property text)
)
select w.number, g.label as dimensions, g.priced, g.count, g.quantity, g.amount
from windows as w
cross join lateral (
    select l.label, d.priced, sum(d.count)::bigint as count,
           (case w.aggregation
            when 'sum' then sum(d.sum)
            when 'count' then sum(d.count)
            when 'max' then max(d.max)
            when 'latest' then (max(d.latest))[3]
            when 'unique_count' then count(distinct d.key) end)::numeric as quantity,
           coalesce(sum(d.amount), 0) as amount
    from (
        select u.dimensions, u.key, p.price is not null as priced, count(*) as count,
               sum(u.quantity) as sum, max(u.quantity) as max,
               max(array[extract(epoch from u.occurred_at), u.position, u.quantity])
                   filter (where w.aggregation = 'latest') as latest,
               sum(p.price) as amount
        from usage_events as u
        join ledger.log as f on f.lane = u.lane and f.position = u.position
        cross join lateral (
            select f.data #> array['properties', w.amount_property] as sent
        ) as s
        cross join lateral (
            select case jsonb_typeof(s.sent)
                   when 'number' then (s.sent #>> '{}')::numeric
                   when 'string' then
                       case when s.sent #>> '{}' ~ '^-?[0-9]{1,18}(\.[0-9]{1,12})?$'
                            then (s.sent #>> '{}')::numeric end end as price
        ) as p
        where u.lane = w.lane and u.account = w.account and u.meter = w.meter
          and u.occurred_at >= w.window_from and u.occurred_at < w.window_to
          and u.position <= w.to_position
          and (u.superseded_at is null or u.superseded_at > w.to_position) and not u.void
          and (u.subscription is null or u.subscription = w.subscription)
          and u.dimensions @> w.takes and not u.dimensions ?| w.lacks
        group by 1, 2, 3
    ) as d
    cross join lateral (
        select coalesce(jsonb_object_agg(e.key, e.value), '{}') as label
        from jsonb_each(d.dimensions) as e
        where e.key = any(w.dimensions)
    ) as l
    group by 1, 2
) as g
order by w.number, g.label, g.priced;

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
      and not exists (
          select 1 from jsonb_each_text(c.filter || c.group_values) as f
          where coalesce(u.dimensions ->> f.key, '') <> f.value)
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

-- lanes: all

-- name: days
-- The books may have been folded further than the usage, so ask which window is there already.
with counted as (
    select lane, data ->> 'account' as account, data ->> 'meter' as meter,
           coalesce(data ->> 'subscription', '') as subscription,
           date_trunc('day', occurred_at, 'UTC') as day,
           count(*) as facts, max(position) as last_position
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type in ('usage.recorded/1', 'usage.corrected/1', 'usage.voided/1')
    group by 1, 2, 3, 4, 5
), added as (
    insert into usage_days as t
    select lane, account, meter, subscription, day, facts, last_position
    from counted
    order by lane, account, meter, day, subscription
    on conflict (lane, account, meter, day, subscription) do update set
        facts = t.facts + excluded.facts, last_position = excluded.last_position
)
insert into unrated_days
select lane, account, meter, subscription, day
from counted as c
where not exists (
    select 1
    from rated_windows as w
    where w.lane = c.lane and w.account = c.account and w.meter = c.meter
      and w.window_from <= c.day and w.window_to >= c.day + interval '1 day'
      and c.subscription in ('', w.subscription) and w.facts > 0
      and w.to_position >= c.last_position)
order by account, meter, day, subscription, lane
on conflict do nothing;

-- name: windows_lost
-- A window that shrinks uncovers what it held; what still is covered is found again below.
insert into unrated_days
select d.lane, d.account, d.meter, d.subscription, d.day
from (
    select distinct on (stream) stream, (data ->> 'window_from')::timestamptz as window_from,
           (data ->> 'window_to')::timestamptz as window_to,
           (data #>> '{usage,facts}')::bigint as facts
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'usage.rated/1'
    order by stream, version desc
) as n
join rated_windows as w on w.stream = n.stream
join usage_days as d
  on d.lane = w.lane and d.account = w.account and d.meter = w.meter
 and d.day >= w.window_from - interval '1 day' and d.day < w.window_to
where n.window_from > w.window_from or n.window_to < w.window_to or n.facts = 0
on conflict do nothing;

-- name: windows
insert into rated_windows as t
select distinct on (stream) stream, (data #>> '{usage,lane}')::smallint, data ->> 'account',
       data ->> 'meter', data ->> 'subscription', (data ->> 'window_from')::timestamptz,
       (data ->> 'window_to')::timestamptz, (data #>> '{usage,to_position}')::bigint,
       (data #>> '{usage,facts}')::bigint
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'usage.rated/1'
order by stream, version desc
on conflict (stream) do update set
    window_from = excluded.window_from, window_to = excluded.window_to,
    to_position = excluded.to_position, facts = excluded.facts;

-- name: rated
delete from unrated_days as u
using (
    select distinct (data #>> '{usage,lane}')::smallint as lane, data ->> 'account' as account,
           data ->> 'meter' as meter
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'usage.rated/1'
) as touched, usage_days as d
where u.account = touched.account and u.meter = touched.meter and u.lane = touched.lane
  and d.lane = u.lane and d.account = u.account and d.meter = u.meter and d.day = u.day
  and d.subscription = u.subscription
  and exists (
      select 1
      from rated_windows as w
      where w.lane = u.lane and w.account = u.account and w.meter = u.meter
        and w.window_from <= u.day and w.window_to >= u.day + interval '1 day'
        and u.subscription in ('', w.subscription) and w.facts > 0
        and w.to_position >= d.last_position);

-- name: replays
insert into replays
select (data ->> 'dead_letter')::uuid, lane, position, data ->> 'outcome'
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'usage.replayed/1';

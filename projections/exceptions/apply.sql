-- lanes: all

-- name: days
-- The books may have been folded further than the usage, so ask which window is there already.
insert into usage_days as t
select f.lane, f.account, f.meter, f.subscription, f.day, f.facts, f.last_position,
       least(f.last_position, coalesce(w.to_position, 0))
from (
    select lane, data ->> 'account' as account, data ->> 'meter' as meter,
           coalesce(data ->> 'subscription', '') as subscription,
           date_trunc('day', occurred_at, 'UTC') as day,
           count(*) as facts, max(position) as last_position
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type in ('usage.recorded/1', 'usage.corrected/1', 'usage.voided/1')
    group by 1, 2, 3, 4, 5
) as f
left join lateral (
    select max(r.to_position) as to_position
    from rated_windows as r
    where r.lane = f.lane and r.account = f.account and r.meter = f.meter
      and r.window_from <= f.day and r.window_to >= f.day + interval '1 day'
      and f.subscription in ('', r.subscription) and r.facts > 0
) as w on true
order by f.lane, f.account, f.meter, f.day, f.subscription
on conflict (lane, account, meter, day, subscription) do update set
    facts = t.facts + excluded.facts,
    last_position = excluded.last_position,
    rated_position = greatest(t.rated_position, excluded.rated_position);

-- name: windows_lost
-- A window that shrinks uncovers what it held; what still is covered is found again below.
update usage_days as d
set rated_position = 0
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
where (n.window_from > w.window_from or n.window_to < w.window_to or n.facts = 0)
  and d.lane = w.lane and d.account = w.account and d.meter = w.meter
  and d.day >= w.window_from - interval '1 day' and d.day < w.window_to;

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
update usage_days as d
set rated_position = c.rated_position
from (
    select u.lane, u.account, u.meter, u.day, u.subscription,
           least(u.last_position, max(w.to_position)) as rated_position
    from (
        select distinct (data #>> '{usage,lane}')::smallint as lane, data ->> 'account' as account,
               data ->> 'meter' as meter
        from ledger.log
        where lane = %(lane)s and position > %(from)s and position <= %(to)s
          and type = 'usage.rated/1'
    ) as touched
    join usage_days as u
      on u.lane = touched.lane and u.account = touched.account and u.meter = touched.meter
     and u.rated_position < u.last_position
    join rated_windows as w
      on w.lane = u.lane and w.account = u.account and w.meter = u.meter
     and w.window_from <= u.day and w.window_to >= u.day + interval '1 day'
     and u.subscription in ('', w.subscription) and w.facts > 0
    group by 1, 2, 3, 4, 5, u.last_position, u.rated_position
    having least(u.last_position, max(w.to_position)) > u.rated_position
) as c
where d.lane = c.lane and d.account = c.account and d.meter = c.meter and d.day = c.day
  and d.subscription = c.subscription;

-- name: replays
insert into replays
select (data ->> 'dead_letter')::uuid, lane, position, data ->> 'outcome'
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'usage.replayed/1';

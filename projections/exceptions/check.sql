-- name: days_equal_rows
-- Every day counts the usage facts in it.
with rows as (
    select lane, account, meter, coalesce(subscription, '') as subscription,
           date_trunc('day', occurred_at, 'UTC') as day, count(*) as facts,
           max(position) as last_position
    from usage_events
    group by 1, 2, 3, 4, 5
)
select lane, account, meter, day, subscription, d.facts, r.facts as facts_of_rows
from usage_days as d
full join rows as r using (lane, account, meter, day, subscription)
where (d.facts, d.last_position) is distinct from (r.facts, r.last_position)
limit 100;

-- name: windows_equal_charges
-- The rated windows are those of the latest charges.
select stream, w.to_position, c.to_position as to_position_of_charge
from rated_windows as w
full join (
    select c.*
    from charge_streams as s
    join charges as c on c.charge = s.charge
    where c.kind = 'usage'
) as c using (stream)
where (w.window_from, w.window_to, w.to_position, w.facts) is distinct from
      (c.window_from, c.window_to, c.to_position, c.usage_facts)
limit 100;

-- name: unrated_days_equal_windows
-- A day is unrated as long as no window that holds it whole reaches its last fact.
with open as (
    select d.lane, d.account, d.meter, d.day, d.subscription
    from usage_days as d
    where not exists (
        select 1
        from rated_windows as w
        where w.lane = d.lane and w.account = d.account and w.meter = d.meter
          and w.window_from <= d.day and w.window_to >= d.day + interval '1 day'
          and d.subscription in ('', w.subscription) and w.facts > 0
          and w.to_position >= d.last_position)
)
select lane, account, meter, day, subscription, u.day is null as is_missing
from unrated_days as u
full join open as o using (lane, account, meter, day, subscription)
where u.day is null or o.day is null
limit 100;

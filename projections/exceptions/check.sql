-- name: buckets_equal_rows
-- Every bucket counts the usage facts in it.
with rows as (
    select lane, account, meter, coalesce(subscription, '') as subscription,
           date_bin('15 minutes', occurred_at, '2000-01-01 00:00:00+00') as bucket,
           count(*) as facts, max(position) as last_position
    from usage_events
    group by 1, 2, 3, 4, 5
)
select lane, account, meter, bucket, subscription, b.facts, r.facts as facts_of_rows
from usage_buckets as b
full join rows as r using (lane, account, meter, bucket, subscription)
where (b.facts, b.last_position) is distinct from (r.facts, r.last_position)
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

-- name: rated_positions
-- A bucket is rated as far as the windows that hold it reach.
select b.lane, b.account, b.meter, b.bucket, b.subscription, b.rated_position, r.to_position
from usage_buckets as b
left join lateral (
    select max(w.to_position) as to_position
    from rated_windows as w
    where w.lane = b.lane and w.account = b.account and w.meter = b.meter
      and w.window_from <= b.bucket and w.window_to >= b.bucket + interval '15 minutes'
      and b.subscription in ('', w.subscription) and w.facts > 0
) as r on true
where b.rated_position <> least(b.last_position, coalesce(r.to_position, 0))
limit 100;

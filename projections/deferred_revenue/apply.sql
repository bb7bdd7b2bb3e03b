-- lanes: books

-- name: schedules
-- What document lines add to schedules, or take from them; the last line of the chunk says which
-- days are billed. A concession has schedules of its own, from its day on.
insert into revenue_schedules as t
select schedule, part, min(entity), min(currency), min(account), min(subscription), min(item),
       (array_agg(charge order by position desc, line desc))[1],
       (array_agg(revenue_account order by position desc, line desc))[1],
       min(starts_on), (array_agg(ends_on order by position desc, line desc))[1], min(issued_on),
       max(issued_on), sum(amount), 0, null, min(position)
from (
    select case when data ->> 'reason' = 'concession'
                then (data ->> 'number') || '/' || (line ->> 'line')
                else regexp_replace(line ->> 'charge', '/[^/]*$', '') end as schedule,
           coalesce(deferred ->> 'part', '') as part, data ->> 'entity' as entity,
           coalesce(data #>> '{exchange,currency}', data ->> 'currency') as currency,
           line ->> 'account' as account, line ->> 'subscription' as subscription,
           line ->> 'item' as item, line ->> 'charge' as charge,
           deferred ->> 'revenue_account' as revenue_account,
           greatest((line ->> 'period_from')::date,
                    case when data ->> 'reason' = 'concession'
                         then (data ->> 'issued_on')::date end) as starts_on,
           coalesce(line ->> 'billed_to', line ->> 'period_to')::date as ends_on,
           (data ->> 'issued_on')::date as issued_on, position, (line ->> 'line')::integer as line,
           (deferred ->> 'amount')::numeric
               * case type when 'credit_note.issued/1' then -1 else 1 end as amount
    from ledger.log
    cross join lateral jsonb_array_elements(data -> 'lines') as line
    cross join lateral jsonb_array_elements(line -> 'deferred') as deferred
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type in ('invoice.issued/1', 'credit_note.issued/1')
) as moves
group by 1, 2
order by 1, 2
on conflict (schedule, part) do update set
    deferred = t.deferred + excluded.deferred, charge = excluded.charge,
    revenue_account = excluded.revenue_account,
    starts_on = least(t.starts_on, excluded.starts_on), ends_on = excluded.ends_on,
    opened_on = least(t.opened_on, excluded.opened_on),
    changed_on = greatest(t.changed_on, excluded.changed_on);

-- name: recognised
update revenue_schedules as t
set recognised = t.recognised + e.posted, recognised_to = greatest(t.recognised_to, e.through)
from (
    select earned ->> 'schedule' as schedule, coalesce(earned ->> 'part', '') as part,
           sum((earned ->> 'posted')::numeric) as posted, max((data ->> 'through')::date) as through
    from ledger.log
    cross join lateral jsonb_array_elements(data -> 'earned') as earned
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'revenue.recognised/1'
    group by 1, 2
) as e
where t.schedule = e.schedule and t.part = e.part;

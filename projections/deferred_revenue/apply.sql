-- lanes: books

-- name: entries
-- What document lines add to schedules, or take from them. A concession has schedules of its own,
-- from its day on.
insert into schedule_entries
select position, (line ->> 'line')::integer,
       case when data ->> 'reason' = 'concession'
            then (data ->> 'number') || '/' || (line ->> 'line')
            else regexp_replace(line ->> 'charge', '/[^/]*$', '') end,
       coalesce(deferred ->> 'part', ''), data ->> 'entity',
       coalesce(data #>> '{exchange,currency}', data ->> 'currency'), line ->> 'account',
       line ->> 'subscription', line ->> 'item', line ->> 'charge', deferred ->> 'revenue_account',
       greatest((line ->> 'period_from')::date,
                case when data ->> 'reason' = 'concession' then (data ->> 'issued_on')::date end),
       coalesce(line ->> 'billed_to', line ->> 'period_to')::date, (data ->> 'issued_on')::date,
       (deferred ->> 'amount')::numeric * case type when 'credit_note.issued/1' then -1 else 1 end,
       0, null
from ledger.log
cross join lateral jsonb_array_elements(data -> 'lines') as line
cross join lateral jsonb_array_elements(line -> 'deferred') as deferred
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type in ('invoice.issued/1', 'credit_note.issued/1');

-- name: earned
-- What of schedules was earned; the schedule itself says whose it is.
insert into schedule_entries
select position, place, earned ->> 'schedule', coalesce(earned ->> 'part', ''), data ->> 'entity',
       data ->> 'currency', earned ->> 'account', null, null, null, null, null, null,
       (data ->> 'posted_on')::date, 0, (earned ->> 'posted')::numeric, (data ->> 'through')::date
from ledger.log
cross join lateral jsonb_array_elements(data -> 'earned') with ordinality as e (earned, place)
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'revenue.recognised/1';

-- name: schedules
-- The last line of the chunk says which days are billed.
insert into revenue_schedules as t
select schedule, part, min(entity), min(currency), min(account), min(subscription), min(item),
       (array_agg(charge order by position desc, line desc))[1],
       (array_agg(revenue_account order by position desc, line desc))[1],
       min(starts_on), (array_agg(ends_on order by position desc, line desc))[1], min(day),
       max(day), sum(deferred), 0, null, min(position)
from schedule_entries
where position > %(from)s and position <= %(to)s and ends_on is not null
group by schedule, part
order by schedule, part
on conflict (schedule, part) do update set
    deferred = t.deferred + excluded.deferred, charge = excluded.charge,
    revenue_account = excluded.revenue_account,
    starts_on = least(t.starts_on, excluded.starts_on), ends_on = excluded.ends_on,
    opened_on = least(t.opened_on, excluded.opened_on),
    changed_on = greatest(t.changed_on, excluded.changed_on);

-- name: recognised
update revenue_schedules as t
set recognised = t.recognised + e.recognised, recognised_to = greatest(t.recognised_to, e.through)
from (
    select schedule, part, sum(recognised) as recognised, max(through) as through
    from schedule_entries
    where position > %(from)s and position <= %(to)s and ends_on is null
    group by schedule, part
) as e
where t.schedule = e.schedule and t.part = e.part;

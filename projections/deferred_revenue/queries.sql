-- name: schedules
-- A page of schedules of an entity, an account or a subscription, in the order of their ids.
select schedule, part, entity, currency, account, subscription, item, charge, revenue_account,
       starts_on, ends_on, opened_on, changed_on, deferred, recognised, recognised_to, position
from revenue_schedules
where (%(entity)s::text is null or entity = %(entity)s)
  and (%(account)s::text is null or account = %(account)s)
  and (%(subscription)s::text is null or subscription = %(subscription)s)
  and (schedule, part) > (%(after_schedule)s, %(after_part)s)
order by schedule, part
limit %(limit)s;

-- name: open_schedules
-- A page of an entity's schedules with something left to earn, or earned too much, that began and
-- were billed by a day; none day means all of them.
select schedule, part, entity, currency, account, subscription, item, charge, revenue_account,
       starts_on, ends_on, opened_on, changed_on, deferred, recognised, recognised_to, position
from revenue_schedules
where entity = %(entity)s and deferred <> recognised
  and (%(through)s::date is null or starts_on <= %(through)s and opened_on <= %(through)s)
  and (schedule, part) > (%(after_schedule)s, %(after_part)s)
order by schedule, part
limit %(limit)s;

-- name: open_schedules_as_of
-- A page of an entity's schedules with something left to earn at the end of a day, as known at a
-- position; of one customer, if one is named.
select schedule, part, min(currency) as currency, min(account) as account,
       min(starts_on) as starts_on,
       (array_agg(ends_on order by position desc, line desc) filter (where ends_on is not null))[1]
           as ends_on,
       sum(deferred) as deferred, sum(recognised) as recognised
from schedule_entries
where entity = %(entity)s and day <= %(day)s::date
  and (%(at)s::bigint is null or position <= %(at)s)
  and (%(customer)s::text is null or account = %(customer)s)
  and (schedule, part) > (%(after_schedule)s, %(after_part)s)
group by schedule, part
having sum(deferred) <> sum(recognised)
order by schedule, part
limit %(limit)s;

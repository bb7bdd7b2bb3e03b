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

-- name: deferring_entities
-- The entities with schedules that have something left to earn.
select entity, min(currency) as currency, sum(deferred - recognised) as deferred
from revenue_schedules
where deferred <> recognised and (%(entity)s::text is null or entity = %(entity)s)
group by entity
order by entity;

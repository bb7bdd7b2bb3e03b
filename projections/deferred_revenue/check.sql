-- name: deferred_equals_journal
-- Account 2100 is deferred less recognised, per entity and customer.
select entity, account, s.held, j.amount as amount_in_journal
from (
    select entity, account, sum(deferred - recognised) as held
    from revenue_schedules group by 1, 2
) as s
full join (
    select entity, customer as account, -sum(amount) as amount
    from journal_lines where account = '2100' group by 1, 2
) as j using (entity, account)
where coalesce(s.held, 0) <> coalesce(j.amount, 0)
limit 100;

-- name: recognised_equals_journal
-- What counts as recognised is what the entries of recognition took from account 2100.
select entity, account, s.recognised, j.amount as amount_in_journal
from (
    select entity, account, sum(recognised) as recognised from revenue_schedules group by 1, 2
) as s
full join (
    select entity, customer as account, sum(amount) as amount
    from journal_lines where account = '2100' and split_part(rule, '@', 1) = 'revenue_recognised' group by 1, 2
) as j using (entity, account)
where coalesce(s.recognised, 0) <> coalesce(j.amount, 0)
limit 100;

-- name: schedules_equal_entries
-- A schedule is the sum of what was added to it, less what was earned of it.
select schedule, part, s.deferred, s.recognised, e.deferred as added, e.recognised as earned
from revenue_schedules as s
full join (
    select schedule, part, sum(deferred) as deferred, sum(recognised) as recognised
    from schedule_entries group by 1, 2
) as e using (schedule, part)
where (s.deferred, s.recognised) is distinct from (e.deferred, e.recognised)
limit 100;

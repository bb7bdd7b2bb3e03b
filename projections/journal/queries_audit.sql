-- The reads of auditors: the population for tests of journal entries, cut-off, what was posted late
-- or while a period was reopened, and whether closed balances still stand.

-- name: journal_entry_tests
-- A page of the full population, one row per line, with what tests of journal entries look for.
with lines as (
    select *
    from journal_lines
    where (%(entity)s::text is null or entity = %(entity)s)
      and (%(from)s::date is null or posted_on >= %(from)s)
      and (%(to)s::date is null or posted_on <= %(to)s)
      and position <= %(position)s
      and (position, line) > (%(after)s, %(after_line)s)
    order by position, line
    limit %(limit)s
), reopenings as (
    select entity, period, position as reopened,
           coalesce((select min(c.position) from period_changes as c
                     where c.entity = r.entity and c.period = r.period and c.state = 'closed'
                       and c.position > r.position), %(position)s + 1) as closed
    from period_changes as r
    where state = 'reopened' and position <= %(position)s
), rare as materialized (
    -- A pair is rare until the entry that made it so many.
    select entity, debit, credit
    from account_pairs
    where coalesce(first_positions[%(rare_below)s] > %(position)s, true)
)
select l.position, l.line, l.entry, l.entity, l.currency, l.account, l.amount, l.posted_on, l.period,
       l.recorded_at, l.recorded_at at time zone e.time_zone as entered_at, l.actor, l.approved_by,
       l.rule, l.text, l.customer, coalesce(l.invoice, l.document) as document, l.reverses,
       (select min(b.entry) from journal_lines as b
        where b.reverses = l.entry and b.position <= %(position)s) as reversed_by,
       (l.recorded_at at time zone e.time_zone)::date - l.posted_on as days,
       l.rule like 'manual\_journal@%%' as manual,
       extract(isodow from l.recorded_at at time zone e.time_zone) >= 6 as weekend,
       extract(hour from l.recorded_at at time zone e.time_zone) not between 6 and 21 as night,
       extract(isodow from l.posted_on) >= 6 as posted_on_weekend,
       l.amount %% %(round_to)s::numeric = 0 as round,
       exists (select from reopenings as r
               where r.entity = l.entity and r.period = l.period
                 and l.position > r.reopened and l.position < r.closed) as post_close,
       exists (select from rare as r
               where r.entity = l.entity
                 and l.account = case when l.amount > 0 then r.debit else r.credit end
                 and exists (select from journal_lines as o
                             where o.position = l.position and sign(o.amount) <> sign(l.amount)
                               and o.account = case when l.amount > 0 then r.credit else r.debit end
                            )) as rare_pair
from lines as l
join entities as e using (entity)
order by l.position, l.line;

-- name: journal_entry_totals
-- How much the population is: what ties it to the trial balance.
select entity, currency, count(*) filter (where line = 1) as entries, count(*) as lines,
       sum(greatest(amount, 0)) as debit, sum(greatest(-amount, 0)) as credit
from journal_lines
where (%(entity)s::text is null or entity = %(entity)s)
  and (%(from)s::date is null or posted_on >= %(from)s)
  and (%(to)s::date is null or posted_on <= %(to)s)
  and position <= %(position)s
group by entity, currency
order by entity;

-- name: cut_off_lines
-- A page of the lines on the accounts named whose service is not within the month of their posting.
select position, line, entry, entity, currency, posted_on, period, account, amount,
       service_from, service_to, to_char(service_from, 'YYYY-MM') as service_first,
       to_char(service_to - 1, 'YYYY-MM') as service_last,
       case when service_to <= date_trunc('month', posted_on::timestamp) then 'late'
            when service_from >= date_trunc('month', posted_on::timestamp) + interval '1 month'
                then 'early'
            else 'spans' end as timing,
       exists (select from journal_lines as o where o.position = l.position
                                                and o.account in ('2100', '2110')) as deferred,
       rule, text, customer, charge, coalesce(invoice, document) as document, actor
from journal_lines as l
where (service_from < date_trunc('month', posted_on::timestamp)
       or service_to > date_trunc('month', posted_on::timestamp) + interval '1 month')
  and account = any(%(accounts)s)
  and (%(entity)s::text is null or entity = %(entity)s)
  and (%(from)s::date is null or posted_on >= %(from)s)
  and (%(to)s::date is null or posted_on <= %(to)s)
  and position <= %(position)s
  and (position, line) > (%(after)s, %(after_line)s)
order by position, line
limit %(limit)s;

-- name: cut_off
-- The same in sums, per entity, account and pair of months; result is income less expense.
select entity, currency, account, service_first, service_last, period, timing, deferred,
       count(*) as lines, sum(-amount) as result
from (
    select entity, currency, account, amount, period,
           to_char(service_from, 'YYYY-MM') as service_first,
           to_char(service_to - 1, 'YYYY-MM') as service_last,
           case when service_to <= date_trunc('month', posted_on::timestamp) then 'late'
                when service_from >= date_trunc('month', posted_on::timestamp) + interval '1 month'
                    then 'early'
                else 'spans' end as timing,
           exists (select from journal_lines as o where o.position = l.position
                                                    and o.account in ('2100', '2110')) as deferred
    from journal_lines as l
    where (service_from < date_trunc('month', posted_on::timestamp)
           or service_to > date_trunc('month', posted_on::timestamp) + interval '1 month')
      and account = any(%(accounts)s)
      and (%(entity)s::text is null or entity = %(entity)s)
      and (%(from)s::date is null or posted_on >= %(from)s)
      and (%(to)s::date is null or posted_on <= %(to)s)
      and position <= %(position)s
) as lines
group by entity, currency, account, service_first, service_last, period, timing, deferred
order by entity, account, service_first, service_last, period, timing, deferred;

-- name: year_end_lines
-- A page of the lines on the accounts named posted within so many days of the turn of a year, with
-- whether their service is of the other year.
select position, line, entry, entity, currency, posted_on, period, account, amount,
       service_from, service_to,
       extract(year from posted_on) <> extract(year from service_from)
       or extract(year from posted_on) <> extract(year from service_to - 1) as other_year,
       rule, text, customer, charge, coalesce(invoice, document) as document, actor
from journal_lines
where (extract(year from posted_on + %(near)s::int) <> extract(year from posted_on)
       or extract(year from posted_on - %(near)s::int) <> extract(year from posted_on))
  and account = any(%(accounts)s)
  and (%(entity)s::text is null or entity = %(entity)s)
  and (%(from)s::date is null or posted_on >= %(from)s)
  and (%(to)s::date is null or posted_on <= %(to)s)
  and position <= %(position)s
  and (position, line) > (%(after)s, %(after_line)s)
order by position, line
limit %(limit)s;

-- name: prior_period
-- A page of the lines on the accounts named that concern a month which was closed when they were
-- posted; the cause is what differs from the charge before, or the posting rule.
select l.position, l.line, l.entry, l.entity, l.currency, l.posted_on, l.period, l.account, l.amount,
       l.service_from, l.service_to, to_char(l.service_from, 'YYYY-MM') as service_period, l.rule,
       l.text, l.customer, l.charge, coalesce(l.invoice, l.document) as document, l.actor,
       case when c.charge is null then split_part(l.rule, '@', 1)
            when p.charge is null then 'first_charge'
            when p.usage_digest <> c.usage_digest then 'usage'
            when p.plan = c.plan and p.plan_version <> c.plan_version then 'price'
            when p.plan <> c.plan or p.period_to <> c.period_to then 'subscription'
            when p.adjustments <> c.adjustments then 'discount_or_credit'
            else 'price' end as cause
from journal_lines as l
left join charges as c on c.charge = l.charge
left join charges as p on p.stream = c.stream and p.version = c.version - 1
where (l.service_from < date_trunc('month', l.posted_on::timestamp)
       or l.service_to > date_trunc('month', l.posted_on::timestamp) + interval '1 month')
  and to_char(l.service_from, 'YYYY-MM') < l.period
  and 'closed' = (select h.state from period_changes as h
                  where h.entity = l.entity and h.period = to_char(l.service_from, 'YYYY-MM')
                    and h.position < l.position
                  order by h.position desc limit 1)
  and l.account = any(%(accounts)s)
  and (%(entity)s::text is null or l.entity = %(entity)s)
  and (%(from)s::date is null or l.posted_on >= %(from)s)
  and (%(to)s::date is null or l.posted_on <= %(to)s)
  and l.position <= %(position)s
  and (l.position, l.line) > (%(after)s, %(after_line)s)
order by l.position, l.line
limit %(limit)s;

-- name: reopened
-- A page of the entries posted into a period between its reopening and its next closing.
select l.position, l.entry, l.entity, l.currency, l.period, l.posted_on, l.recorded_at, l.rule,
       l.text, l.actor, l.approved_by,
       (select sum(amount) from journal_lines as a
        where a.position = l.position and a.amount > 0) as amount,
       r.position as reopened_position, r.recorded_at as reopened_at, r.actor as reopened_by,
       r.approved_by as reopening_approved_by, r.reason, c.position as closed_position
from period_changes as r
left join lateral (
    select position from period_changes as n
    where n.entity = r.entity and n.period = r.period and n.state = 'closed'
      and n.position > r.position and n.position <= %(position)s
    order by position limit 1) as c on true
join journal_lines as l on l.entity = r.entity and l.period = r.period and l.line = 1
                       and l.posted_on >= to_date(r.period, 'YYYY-MM')
                       and l.posted_on < (to_date(r.period, 'YYYY-MM') + interval '1 month')::date
                       and l.position > r.position
                       and l.position < coalesce(c.position, %(position)s + 1)
where r.state = 'reopened'
  and (%(entity)s::text is null or r.entity = %(entity)s)
  and (%(from)s::date is null or l.posted_on >= %(from)s)
  and (%(to)s::date is null or l.posted_on <= %(to)s)
  and l.position > %(after)s
order by l.position
limit %(limit)s;

-- name: closed_balances
-- Debits and credits per account through every closed period, as at the position of its closing:
-- what its digest was taken over, all periods in one pass.
with closed as (
    select entity, period, at_position,
           row_number() over (partition by entity order by at_position, period) as place
    from periods
    where state = 'closed' and (%(entity)s::text is null or entity = %(entity)s)
), marks as (
    select entity, array_agg(at_position order by place) as positions
    from closed
    group by entity
), moved as (
    -- slot: how many closings lie before the line.
    select l.entity, l.period, l.account, width_bucket(l.position - 1, m.positions) as slot,
           sum(greatest(l.amount, 0)) as debit, sum(greatest(-l.amount, 0)) as credit
    from journal_lines as l
    join marks as m using (entity)
    group by 1, 2, 3, 4
)
select c.entity, c.period, m.account, sum(m.debit) as debit, sum(m.credit) as credit
from closed as c
join moved as m on m.entity = c.entity and m.period <= c.period and m.slot < c.place
group by c.entity, c.period, m.account
order by c.entity, c.period, m.account;

-- name: reopened_counts
-- How many entries were posted into each period while it was reopened.
select r.entity, r.period, count(distinct l.position) as entries
from period_changes as r
join journal_lines as l on l.entity = r.entity and l.period = r.period and l.line = 1
                       and l.posted_on >= to_date(r.period, 'YYYY-MM')
                       and l.posted_on < (to_date(r.period, 'YYYY-MM') + interval '1 month')::date
                       and l.position > r.position
where r.state = 'reopened' and (%(entity)s::text is null or r.entity = %(entity)s)
  and not exists (select from period_changes as c
                  where c.entity = r.entity and c.period = r.period and c.state = 'closed'
                    and c.position > r.position and c.position < l.position)
group by r.entity, r.period
order by r.entity, r.period;

-- name: charges
-- A page of the charges of an account, a subscription or everybody, oldest first.
select charge, stream, version, position, occurred_at, recorded_at, entity, account, subscription, item,
       meter, plan, plan_version, currency, period_from, period_to, rated_to, window_from, window_to,
       quantity, amount, delta, accrued, posted, posted_on, usage_lane, to_position, usage_count,
       usage_facts, usage_digest, tiers, unpriced_count, unpriced_quantity, corrects, tax_code,
       tax_inclusive, revenue_account, filter, group_values, untaken_count, untaken_quantity,
       usage_carried, usage_over, kind, due, clears, netted, adjustments, unit
from charges
where (%(account)s::text is null or account = %(account)s)
  and (%(entity)s::text is null or entity = %(entity)s)
  and (%(subscription)s::text is null or subscription = %(subscription)s)
  and position > %(after)s
order by position
limit %(limit)s;

-- name: charges_by_id
-- The charges named.
select charge, stream, version, position, occurred_at, recorded_at, entity, account, subscription, item,
       meter, plan, plan_version, currency, period_from, period_to, rated_to, window_from, window_to,
       quantity, amount, delta, accrued, posted, posted_on, usage_lane, to_position, usage_count,
       usage_facts, usage_digest, tiers, unpriced_count, unpriced_quantity, corrects, tax_code,
       tax_inclusive, revenue_account, filter, group_values, untaken_count, untaken_quantity,
       usage_carried, usage_over, kind, due, clears, netted, adjustments, unit
from charges
where charge = any(%(charges)s)
order by position;

-- name: latest_charges
-- The latest charge of every stream of the accounts named, and how many document lines billed the
-- stream: what a rating compares with.
select s.lines, c.charge, c.stream, c.version, c.position, c.occurred_at, c.recorded_at, c.entity, c.account,
       c.subscription, c.item, c.meter, c.plan, c.plan_version, c.currency, c.period_from,
       c.period_to, c.rated_to, c.window_from, c.window_to, c.quantity, c.amount, c.delta, c.accrued,
       c.posted, c.posted_on, c.usage_lane, c.to_position, c.usage_count, c.usage_facts,
       c.usage_digest, c.tiers, c.unpriced_count, c.unpriced_quantity, c.corrects, c.tax_code,
       c.tax_inclusive, c.revenue_account, c.filter, c.group_values, c.untaken_count,
       c.untaken_quantity, c.usage_carried, c.usage_over, c.kind, c.due, c.clears, c.netted,
       c.adjustments, c.unit
from charge_streams as s
join charges as c on c.charge = s.charge
where s.account = any(%(accounts)s)
order by s.account, s.subscription, s.item, s.period_from, s.key;

-- name: billable
-- Streams of which more or less is due than billed, of the payers of one page: of finished periods,
-- or begun where it is paid up front, or billed before. Usage is billed early where what is accrued
-- and not billed of it comes to the account's invoice_at. The drafts say what goes on a document.
with reached as materialized (
    select s.account
    from (select distinct account from spend_limits where invoice_at is not null) as named
    cross join lateral (
        select l.invoice_at
        from spend_limits as l
        where l.account = named.account and l.starts_on <= %(through)s
        order by l.starts_on desc, l.version desc
        limit 1
    ) as l
    join charge_streams as s on s.account = named.account and s.kind = 'usage'
    where l.invoice_at is not null
    group by s.account, l.invoice_at
    having sum(s.accrued - s.billed) >= l.invoice_at
)
select s.lines, s.billed, s.carried, a.payer, c.charge, c.stream, c.version, c.position, c.occurred_at, c.recorded_at, c.entity, c.account,
       c.subscription, c.item, c.meter, c.plan, c.plan_version, c.currency, c.period_from,
       c.period_to, c.rated_to, c.window_from, c.window_to, c.quantity, c.amount, c.delta, c.accrued,
       c.posted, c.posted_on, c.usage_lane, c.to_position, c.usage_count, c.usage_facts,
       c.usage_digest, c.tiers, c.unpriced_count, c.unpriced_quantity, c.corrects, c.tax_code,
       c.tax_inclusive, c.revenue_account, c.filter, c.group_values, c.untaken_count,
       c.untaken_quantity, c.usage_carried, c.usage_over, c.kind, c.due, c.clears, c.netted,
       c.adjustments, c.unit, s.kind = 'usage' and r.account is not null as early,
       case c.kind when 'grant' then c.exchange end as exchange
from charge_streams as s
join charges as c on c.charge = s.charge
join accounts as a on a.account = s.account
left join reached as r on r.account = s.account
where s.entity = %(entity)s
  and (s.accrued <> s.billed or s.accrued <> s.billed_net
       or s.tax_inclusive and s.due <> s.billed_gross)
  and (not s.tax_inclusive or s.accrued <> s.billed or s.due <> s.billed_gross)
  and (s.lines > 0 or s.period_to <= %(through)s::date + 1
       or s.kind not in ('usage', 'commitment') and s.clears <> '1150'
          and s.period_from <= %(through)s
       or s.kind = 'usage' and r.account is not null)
  and a.payer = any(%(payers)s)
order by a.payer, s.account, s.subscription, s.period_from, s.item, s.key;

-- name: billable_payers
-- A page of the payers of an entity for whom something is billable.
with reached as materialized (
    select s.account
    from (select distinct account from spend_limits where invoice_at is not null) as named
    cross join lateral (
        select l.invoice_at
        from spend_limits as l
        where l.account = named.account and l.starts_on <= %(through)s
        order by l.starts_on desc, l.version desc
        limit 1
    ) as l
    join charge_streams as s on s.account = named.account and s.kind = 'usage'
    where l.invoice_at is not null
    group by s.account, l.invoice_at
    having sum(s.accrued - s.billed) >= l.invoice_at
)
select distinct a.payer
from charge_streams as s
join accounts as a on a.account = s.account
left join reached as r on r.account = s.account
where s.entity = %(entity)s
  and (s.accrued <> s.billed or s.accrued <> s.billed_net
       or s.tax_inclusive and s.due <> s.billed_gross)
  and (not s.tax_inclusive or s.accrued <> s.billed or s.due <> s.billed_gross)
  and (s.lines > 0 or s.period_to <= %(through)s::date + 1
       or s.kind not in ('usage', 'commitment') and s.clears <> '1150'
          and s.period_from <= %(through)s
       or s.kind = 'usage' and r.account is not null)
  and (%(account)s::text is null or a.payer = %(account)s)
  and a.payer > %(after)s
order by a.payer
limit %(limit)s;

-- name: spent
-- What was accrued of charges of an account, net of tax, by the accounting dates in each window.
select w.number, coalesce(sum(c.accrued - coalesce(p.accrued, 0)), 0) as spent
from jsonb_to_recordset(%(windows)s)
    as w (number integer, account text, month_from date, month_to date)
left join charges as c on c.account = w.account
                      and c.posted_on >= w.month_from and c.posted_on < w.month_to
left join charges as p on p.stream = c.stream and p.version = c.version - 1
group by w.number
order by w.number;

-- name: charges_of_usage
-- The charges whose usage set was taken over a usage fact, oldest first.
select charge, stream, version, position, occurred_at, recorded_at, entity, account, subscription, item,
       meter, plan, plan_version, currency, period_from, period_to, rated_to, window_from, window_to,
       quantity, amount, delta, accrued, posted, posted_on, usage_lane, to_position, usage_count,
       usage_facts, usage_digest, tiers, unpriced_count, unpriced_quantity, corrects, tax_code,
       tax_inclusive, revenue_account, filter, group_values, untaken_count, untaken_quantity,
       usage_carried, usage_over, kind, due, clears, netted, adjustments, unit
from charges
where usage_lane = %(lane)s and account = %(account)s and meter = %(meter)s
  and window_from <= %(occurred_at)s and window_to > %(occurred_at)s
  and to_position >= %(position)s
order by position;

-- name: rated_through
-- The last day to which each of the accounts named was charged; of none that never was.
select account,
       max(case when meter = '' then period_from else rated_to - 1 end) as through
from charges
where account = any(%(accounts)s)
group by account
order by account;

-- name: taxed_by
-- The accounts with charges under a tax code, their own or that of an item.
select distinct s.account
from charge_streams as s
join charges as c on c.charge = s.charge
join accounts as a on a.account = s.account
where coalesce(c.tax_code, a.tax) = %(code)s
order by s.account;

-- name: unbilled_below
-- The charges that are not billed in full, of an account and of those it pays for.
select s.charge
from charge_streams as s
join accounts as a on a.account = s.account
where (a.account = %(account)s or a.payer = %(account)s) and s.accrued <> s.billed
order by s.charge;

-- name: last_look
-- The rating that looked at all of a scope last, rather one that went as far as a day; none where
-- something changed since that concerns everybody: a tax rate, or an entity.
select l.position
from rating_looks as l
where (l.entity is null or l.entity = %(entity)s) and (l.account is null or l.account = %(account)s)
  and not exists (select 1 from tax_rates as t where t.position > l.read_at)
  and not exists (select 1 from entity_changes as e
                  where e.position > l.read_at
                     or e.starts_on > l.through and e.starts_on <= %(through)s)
order by l.through >= %(through)s desc, l.read_at desc
limit 1;

-- name: accounts_to_rate
-- A page of the accounts of which a rating may come to something else than at an earlier look: what
-- was agreed changed or begins, usage came in or is reached, or a price moves with time where that look
-- went less far. Without a look that is every account with a subscription. Discounts and credit move
-- with everything.
with look as (
    select l.read_at, l.through, l.lanes
    from rating_looks as l
    where l.position = %(look)s
), moved as (
    select coalesce(array_agg(distinct p.plan), '{}') as plans
    from plans as p
    join look on p.position > look.read_at
), timed as (
    select coalesce(array_agg(distinct p.plan), '{}') as plans
    from plans as p
    cross join lateral jsonb_array_elements(p.items) as item
    left join meters as m on m.meter = item ->> 'meter'
    where item ->> 'kind' in ('recurring', 'one_time', 'commitment')
       or item ->> 'minimum' is not null
       or item #>> '{model,tiers,0,flat}' is not null
       or m.aggregation = 'weighted_sum'
)
select distinct s.account
from subscriptions as s
join accounts as a on a.account = s.account
cross join moved
cross join timed
left join look as l on true
where (%(entity)s::text is null or s.entity = %(entity)s)
  and (%(account)s::text is null or s.account = %(account)s)
  and s.starts_on <= %(through)s
  and s.account > %(after)s
  and (l.read_at is null
       or s.position > l.read_at or a.position > l.read_at or s.starts_on > l.through
       or exists (select 1
                  from unrated_days as u
                  join usage_days as d using (lane, account, meter, day, subscription)
                  where u.account = s.account
                    and (d.last_position > coalesce((l.lanes ->> d.lane::text)::bigint, 0)
                         or d.day > (l.through - 1)::timestamp at time zone 'UTC'))
       or s.plan = any(moved.plans)
       or exists (select 1 from subscription_changes as c
                  where c.subscription = s.subscription and c.plan = any(moved.plans))
       or exists (select 1 from account_changes as c
                  where c.account = s.account
                    and (c.position > l.read_at or c.starts_on > l.through))
       or exists (select 1 from grants as g where g.account = s.account)
       or exists (select 1 from discounts as d where d.account = s.account)
       or l.through < %(through)s
          and (s.plan = any(timed.plans)
               or exists (select 1 from subscription_changes as c
                          where c.subscription = s.subscription and c.plan = any(timed.plans))
               or exists (select 1 from jsonb_array_elements(s.overrides) as o
                          where o #>> '{model,tiers,0,flat}' is not null)))
order by s.account
limit %(limit)s;

-- name: accounts_with_fees
-- A page of the accounts that may owe something without usage: by a plan of theirs, or because they
-- have discounts or credit and are charged whole.
with priced as (
    select coalesce(array_agg(distinct p.plan), '{}') as plans
    from plans as p
    cross join lateral jsonb_array_elements(p.items) as item
    where item ->> 'kind' in ('recurring', 'one_time')
)
select distinct s.account
from subscriptions as s
join accounts as a on a.account = s.account
cross join priced
where (%(entity)s::text is null or s.entity = %(entity)s)
  and (%(account)s::text is null or s.account = %(account)s)
  and (%(payer)s::text is null or a.payer = %(payer)s)
  and s.starts_on <= %(through)s
  and s.account > %(after)s
  and (s.plan = any(priced.plans)
       or exists (select 1 from subscription_changes as c
                  where c.subscription = s.subscription and c.plan = any(priced.plans))
       or exists (select 1 from grants as g where g.account = s.account)
       or exists (select 1 from discounts as d where d.account = s.account))
order by s.account
limit %(limit)s;

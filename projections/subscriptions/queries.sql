-- name: entities
-- Every legal entity, or one, as it is on a day (by default today).
select e.entity, coalesce(c.name, e.name) as name, e.currency, e.country, e.time_zone,
       e.first_period, e.rounding, coalesce(c.vat_id, e.vat_id) as vat_id,
       coalesce(c.address, e.address) as address,
       e.policies || coalesce(c.policies, '{}') as policies, e.stream, e.version, e.position
from entities as e
cross join lateral (
    select (array_agg(name order by starts_on desc, version desc)
                filter (where name is not null))[1] as name,
           (array_agg(vat_id order by starts_on desc, version desc)
                filter (where vat_id is not null))[1] as vat_id,
           (array_agg(address order by starts_on desc, version desc)
                filter (where address is not null))[1] as address,
           (select jsonb_object_agg(key, value order by p.starts_on, p.version)
            from entity_changes as p cross join lateral jsonb_each(p.policies)
            where p.entity = e.entity
              and p.starts_on <= coalesce(%(on)s::date, current_date)) as policies
    from entity_changes
    where entity = e.entity and starts_on <= coalesce(%(on)s::date, current_date)
) as c
where %(entity)s::text is null or e.entity = %(entity)s
order by e.entity;

-- name: accounts
-- A page of accounts after one, of an entity, below a payer, or the ones named, each as it is on a
-- day (by default today).
select a.account, a.entity, a.currency, a.lane, a.payer, a.parent, coalesce(c.tax, a.tax) as tax,
       coalesce(c.country, a.country) as country, coalesce(c.time_zone, a.time_zone) as time_zone,
       coalesce(c.payment_terms_days, a.payment_terms_days) as payment_terms_days,
       coalesce(c.has_vat_id, a.has_vat_id) as has_vat_id, coalesce(c.person, a.person) as person,
       a.opened_at, a.stream, a.version, a.position
from accounts as a
cross join lateral (
    select (array_agg(tax order by starts_on desc, version desc)
                filter (where tax is not null))[1] as tax,
           (array_agg(country order by starts_on desc, version desc)
                filter (where country is not null))[1] as country,
           (array_agg(time_zone order by starts_on desc, version desc)
                filter (where time_zone is not null))[1] as time_zone,
           (array_agg(payment_terms_days order by starts_on desc, version desc)
                filter (where payment_terms_days is not null))[1] as payment_terms_days,
           (array_agg(has_vat_id order by starts_on desc, version desc)
                filter (where has_vat_id is not null))[1] as has_vat_id,
           (array_agg(person order by starts_on desc, version desc)
                filter (where person is not null))[1] as person
    from account_changes
    where account = a.account and starts_on <= coalesce(%(on)s::date, current_date)
) as c
where (%(entity)s::text is null or a.entity = %(entity)s)
  and (%(payer)s::text is null or a.payer = %(payer)s)
  and (%(accounts)s::text[] is null or a.account = any(%(accounts)s))
  and a.account > %(after)s
order by a.account
limit %(limit)s;

-- name: exchange_rates
-- A page of the exchange rates set up to a position, of a pair if named, by day and then in the order
-- of setting.
select base, quote, version, starts_on, rate, source, stream, position
from exchange_rates
where (%(base)s::text is null or base = %(base)s)
  and (%(quote)s::text is null or quote = %(quote)s)
  and (%(at)s::bigint is null or position <= %(at)s)
  and (base, quote, starts_on, version)
      > (%(after_base)s, %(after_quote)s, %(after_on)s::date, %(after)s)
order by base, quote, starts_on, version
limit %(limit)s;

-- name: exchange_rates_on
-- Which rate of each direction between two currencies holds on a day, as known at a position.
select distinct on (base, quote) base, quote, version, starts_on, rate, source, stream, position
from exchange_rates
where (base, quote) in ((%(base)s, %(quote)s), (%(quote)s, %(base)s))
  and starts_on <= %(on)s
  and (%(at)s::bigint is null or position <= %(at)s)
order by base, quote, starts_on desc, version desc;

-- name: live_below
-- The subscriptions without an end by a day, of an account and of those it pays for.
select s.subscription
from subscriptions as s
join accounts as a on a.account = s.account
where (a.account = %(account)s or a.payer = %(account)s)
  and (s.ends_on is null or s.ends_on > %(on)s)
order by s.subscription;

-- name: meters
-- Every meter, or the ones named.
select meter, aggregation, value, unit, dimensions, stream, version, position
from meters
where %(meters)s::text[] is null or meter = any(%(meters)s)
order by meter;

-- name: plans
-- Every version of every plan, or of the ones named, in the order of publishing.
select plan, version, currency, starts_on, items, tax_inclusive, applies_to, stream, position
from plans
where %(plans)s::text[] is null or plan = any(%(plans)s)
order by plan, version;

-- name: tax_rates
-- Every version of every tax rate, or of the codes named, in the order of setting.
select code, version, rate, starts_on, category, exemption_reason, stream, position
from tax_rates
where %(codes)s::text[] is null or code = any(%(codes)s)
order by code, version;

-- name: subscriptions
-- A page of subscriptions after one, in order of account: of an entity, or of the accounts named;
-- with what holds of each today, where its account is.
select s.subscription, s.account, s.entity, s.plan, s.starts_on, s.anchor, s.quantity, s.overrides,
       s.trial_until, s.ends_on, s.credit_unused, s.end_version, s.stream, s.version, s.position,
       coalesce((
           select jsonb_agg(jsonb_build_object('version', c.version, 'starts_on', c.starts_on,
                      'plan', c.plan, 'quantity', c.quantity) order by c.version)
           from subscription_changes as c
           where c.subscription = s.subscription
       ), '[]') as changes,
       coalesce((
           select c.plan
           from subscription_changes as c
           where c.subscription = s.subscription and c.plan is not null and c.starts_on <= t.today
           order by c.starts_on desc, c.version desc
           limit 1
       ), s.plan) as current_plan,
       s.quantity || coalesce((
           select jsonb_object_agg(q.key, q.value order by c.starts_on, c.version)
           from subscription_changes as c
           cross join lateral jsonb_each(c.quantity) as q
           where c.subscription = s.subscription and c.starts_on <= t.today
       ), '{}') as current_quantity,
       case when t.today >= s.ends_on then 'ended'
            when t.today < s.starts_on then 'pending'
            when t.today < s.trial_until then 'trialing'
            else 'active' end as state
from subscriptions as s
join accounts as a on a.account = s.account
cross join lateral (select (now() at time zone a.time_zone)::date as today) as t
where (%(entity)s::text is null or s.entity = %(entity)s)
  and (%(accounts)s::text[] is null or s.account = any(%(accounts)s))
  and (%(subscriptions)s::text[] is null or s.subscription = any(%(subscriptions)s))
  and (s.account, s.subscription) > (%(after_account)s, %(after)s)
order by s.account, s.subscription
limit %(limit)s;

-- name: contracts
-- A page of the subscriptions of accounts with all that says what they include: changes and end, the
-- entitlements of every version of their plans, the aggregations of those meters. Those whose plans
-- never included anything are left out.
with including as materialized (
    select distinct plan from plans where items @? '$[*] ? (@.kind == "entitlement")'
)
select s.subscription, s.account, s.entity, s.plan, s.starts_on, s.anchor, s.quantity, s.overrides,
       s.trial_until, s.ends_on, s.credit_unused, s.end_version, s.stream, s.version, s.position,
       c.changes, a.lane, a.time_zone, v.versions,
       coalesce((
           select jsonb_object_agg(m.meter, m.aggregation)
           from meters as m
           where m.meter in (select item ->> 'meter'
                             from jsonb_array_elements(v.versions) as published (plan)
                             cross join lateral jsonb_array_elements(published.plan -> 'items') as item)
       ), '{}') as aggregations
from subscriptions as s
join accounts as a on a.account = s.account
cross join lateral (
    select coalesce(jsonb_agg(jsonb_build_object('version', c.version, 'starts_on', c.starts_on,
               'plan', c.plan, 'quantity', c.quantity) order by c.version), '[]') as changes,
           array_agg(c.plan) filter (where c.plan is not null) as plans
    from subscription_changes as c
    where c.subscription = s.subscription
) as c
cross join lateral (
    select coalesce(jsonb_agg(jsonb_build_object('plan', p.plan, 'version', p.version,
               'currency', p.currency, 'starts_on', p.starts_on, 'applies_to', p.applies_to,
               'stream', p.stream, 'items', i.items) order by p.plan, p.version), '[]') as versions
    from plans as p
    cross join lateral (
        select jsonb_path_query_array(p.items, '$[*] ? (@.kind == "entitlement")') as items
    ) as i
    where p.plan = s.plan or p.plan = any(c.plans)
) as v
where (%(accounts)s::text[] is null or s.account = any(%(accounts)s))
  and (%(entity)s::text is null or s.entity = %(entity)s)
  and (s.plan in (select plan from including)
       or exists (select 1 from subscription_changes as c
                  where c.subscription = s.subscription
                    and c.plan in (select plan from including)))
  and (s.account, s.subscription) > (%(after_account)s, %(after)s)
order by s.account, s.subscription
limit %(limit)s;

-- name: subscribers
-- The accounts that have a plan, had it, or will.
select account
from subscriptions
where plan = %(plan)s
union
select account
from subscription_changes
where plan = %(plan)s
order by account;

-- name: live_subscriptions
-- What a run reads: the subscriptions of some accounts that began by a day, with their accounts.
select s.subscription, s.account, s.entity, s.plan, s.starts_on, s.anchor, s.quantity,
       s.overrides, s.trial_until, s.ends_on, s.credit_unused, s.end_version, s.stream, s.version,
       s.position,
       coalesce((
           select jsonb_agg(jsonb_build_object('version', c.version, 'starts_on', c.starts_on,
                      'plan', c.plan, 'quantity', c.quantity) order by c.version)
           from subscription_changes as c
           where c.subscription = s.subscription
       ), '[]') as changes,
       a.lane, a.currency,
       coalesce((
           select c.time_zone from account_changes as c
           where c.account = s.account and c.time_zone is not null
           order by c.starts_on desc, c.version desc limit 1
       ), a.time_zone) as time_zone,
       coalesce((
           select c.tax from account_changes as c
           where c.account = s.account and c.tax is not null and c.starts_on <= %(through)s
           order by c.starts_on desc, c.version desc limit 1
       ), a.tax) as tax, a.payer
from subscriptions as s
join accounts as a on a.account = s.account
where s.account = any(%(accounts)s) and s.starts_on <= %(through)s
order by s.account, s.subscription;

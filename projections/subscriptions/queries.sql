-- name: entities
-- Every legal entity, or one.
select entity, name, currency, country, time_zone, first_period, rounding, vat_id, address,
       policies, stream, version, position
from entities
where %(entity)s::text is null or entity = %(entity)s
order by entity;

-- name: accounts
-- A page of accounts after one, of an entity, below a payer, or the ones named.
select account, entity, currency, lane, payer, parent, tax, country, time_zone,
       payment_terms_days, has_vat_id, person, opened_at, stream, version, position
from accounts
where (%(entity)s::text is null or entity = %(entity)s)
  and (%(payer)s::text is null or payer = %(payer)s)
  and (%(accounts)s::text[] is null or account = any(%(accounts)s))
  and account > %(after)s
order by account
limit %(limit)s;

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
-- What a rating run reads: every subscription begun by a day, with its account, in pages of accounts.
select s.subscription, s.account, s.entity, s.plan, s.starts_on, s.anchor, s.quantity,
       s.overrides, s.trial_until, s.ends_on, s.credit_unused, s.end_version, s.stream, s.version,
       s.position,
       coalesce((
           select jsonb_agg(jsonb_build_object('version', c.version, 'starts_on', c.starts_on,
                      'plan', c.plan, 'quantity', c.quantity) order by c.version)
           from subscription_changes as c
           where c.subscription = s.subscription
       ), '[]') as changes,
       a.lane, a.currency, a.time_zone, a.tax, a.payer
from subscriptions as s
join accounts as a on a.account = s.account
where (%(entity)s::text is null or s.entity = %(entity)s)
  and (%(account)s::text is null or s.account = %(account)s)
  and s.starts_on <= %(through)s
  and s.account > %(after)s
  and s.account <= coalesce((
      select max(page.account) from (
          select distinct inside.account from subscriptions as inside
          where (%(entity)s::text is null or inside.entity = %(entity)s)
            and (%(account)s::text is null or inside.account = %(account)s)
            and inside.starts_on <= %(through)s
            and inside.account > %(after)s
          order by inside.account
          limit %(limit)s
      ) as page), '')
order by s.account, s.subscription;

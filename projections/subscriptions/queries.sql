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
-- A page of subscriptions after one, in order of account: of an entity, or of the accounts named.
select subscription, account, entity, plan, starts_on, anchor, quantity, overrides, trial_until,
       stream, version, position
from subscriptions
where (%(entity)s::text is null or entity = %(entity)s)
  and (%(accounts)s::text[] is null or account = any(%(accounts)s))
  and (%(subscriptions)s::text[] is null or subscription = any(%(subscriptions)s))
  and (account, subscription) > (%(after_account)s, %(after)s)
order by account, subscription
limit %(limit)s;

-- name: subscribers
-- The accounts that have a plan.
select distinct account
from subscriptions
where plan = %(plan)s
order by account;

-- name: live_subscriptions
-- What a rating run reads: every subscription begun by a day, with its account, in pages of accounts.
select s.subscription, s.account, s.entity, s.plan, s.starts_on, s.anchor, s.quantity,
       s.overrides, s.trial_until, s.stream, s.version, s.position,
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

-- name: grants
-- A page of the grants of an account, an entity or everybody, by id.
select grant_id, account, entity, currency, kind, starts_on, expires_on, amount, units, meter, price,
       expected_breakage, tax_code, top_up_below, series, number, stream, version, position,
       occurred_at, used, cost, breakage, expired, billed, charged,
       exchange, carried, cost_worth, breakage_worth
from grants
where (%(account)s::text is null or account = %(account)s)
  and (%(entity)s::text is null or entity = %(entity)s)
  and grant_id > %(after)s
order by grant_id
limit %(limit)s;

-- name: grants_of
-- Every grant of the accounts named: what a rating run draws.
select grant_id, account, entity, currency, kind, starts_on, expires_on, amount, units, meter, price,
       expected_breakage, tax_code, top_up_below, series, number, stream, version, position,
       occurred_at, used, cost, breakage, expired, billed, charged,
       exchange, carried, cost_worth, breakage_worth
from grants
where account = any(%(accounts)s)
order by account, grant_id;

-- name: discounts
-- A page of the discounts of an account or everybody, by id.
select discount, account, subscription, percent, amount, starts_on, until, items, stream, position,
       occurred_at
from discounts
where (%(account)s::text is null or account = %(account)s)
  and discount > %(after)s
order by discount
limit %(limit)s;

-- name: discounts_of
-- Every discount of the accounts named.
select discount, account, subscription, percent, amount, starts_on, until, items, stream, position,
       occurred_at
from discounts
where account = any(%(accounts)s)
order by account, discount;

-- name: adjustments_of
-- What takes off the charges of the accounts named: what a rating compares with.
select stream, kind, id, account, charge, subscription, item, period_from, period_to, currency,
       amount, net, units, position
from adjustments
where account = any(%(accounts)s)
order by stream, kind, id;

-- name: adjustments_by
-- The charges that some grants or discounts take off, in the order of time.
select stream, kind, id, account, charge, subscription, item, period_from, period_to, currency,
       amount, net, units, position
from adjustments
where id = any(%(ids)s)
  and (kind = 'discount') = %(discounts)s::boolean
  and (amount <> 0 or net <> 0 or units <> 0)
order by id, period_from, subscription, item, stream;

-- name: unsettled_accounts
-- A page of accounts with a grant that is to be charged, or one that expired and was never drawn.
select distinct g.account, a.payer
from grants as g
join accounts as a on a.account = g.account
where (not g.charged and g.price > 0 and g.starts_on <= %(through)s
       or g.expired is null and g.used = 0 and g.expires_on <= %(through)s)
  and (%(entity)s::text is null or g.entity = %(entity)s)
  and (%(account)s::text is null or g.account = %(account)s)
  and (%(payer)s::text is null or a.payer = %(payer)s)
  and g.account > %(after)s
order by g.account
limit %(limit)s;

-- name: idle_accounts
-- Those of the accounts named that have no subscription begun by a day, so that nothing draws.
select a.account, a.payer
from accounts as a
where a.account = any(%(accounts)s)
  and not exists (select 1 from subscriptions as s
                  where s.account = a.account and s.starts_on <= %(through)s)
order by a.account;

-- name: spend_limits
-- Every version of the spend limits of these accounts, in the order of setting.
select account, version, entity, currency, starts_on, amount, notify_at, block, invoice_at, position
from spend_limits
where account = any(%(accounts)s)
order by account, version;

-- name: spend_limited
-- A page of the accounts that have a spend limit, or had one.
select distinct l.account, a.time_zone
from spend_limits as l
join accounts as a on a.account = l.account
where l.account > %(after)s
  and (%(accounts)s::text[] is null or l.account = any(%(accounts)s))
  and (%(entity)s::text is null or l.entity = %(entity)s)
order by l.account
limit %(limit)s;

-- name: thresholds
-- A page of the thresholds that were crossed after a position, of an account or of everybody.
select position, kind, entity, account, subscription, item, meter, currency, period_from, period_to,
       percent, "limit", quantity, known_lane, known_at, stream, crossed_at
from thresholds
where position > %(after)s
  and (%(account)s::text is null or account = %(account)s)
  and (%(entity)s::text is null or entity = %(entity)s)
order by position
limit %(limit)s;

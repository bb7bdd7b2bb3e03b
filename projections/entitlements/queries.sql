-- name: known
-- An account, and the last usage fact of its lane that every answer about its usage knows.
select a.account, a.entity, a.currency, a.time_zone, c.lane::int as lane, c.position, l.recorded_at,
       exists (select 1 from spend_limits as s where s.account = a.account) as limited
from accounts as a
join ledger.active_builds as b on b.projection = 'usage'
join ledger.cursors as c on c.build = b.build and c.lane = a.lane
left join ledger.log as l on l.lane = c.lane and l.position = c.position
where a.account = %(account)s;

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

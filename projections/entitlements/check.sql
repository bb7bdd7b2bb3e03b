-- name: thresholds_were_reached
-- What was crossed was reached: the quantity is at least the per cent of the limit.
select position, account, percent, "limit", quantity
from thresholds
where 100 * quantity < percent * "limit"
limit 100;

-- name: limits_have_accounts
-- Every spend limit is in the currency of its account.
select l.account, l.version, l.currency
from spend_limits as l
left join accounts as a using (account)
where a.currency is distinct from l.currency;

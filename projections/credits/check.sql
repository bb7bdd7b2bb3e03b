-- name: grants_are_not_overdrawn
-- No grant is drawn beyond its size, and once it has expired nothing of it is left.
select grant_id, amount, units, used, expired
from grants
where used < 0 or used > coalesce(amount, units)
   or used + expired <> coalesce(amount, units);

-- name: grants_equal_draws
-- What is used of a grant, and what that cost, is what its draws sum to.
select grant_id, g.used, g.cost, a.size as drawn, a.net as cost_of_draws
from grants as g
left join (
    select id, sum(case kind when 'units' then units else amount end) as size,
           sum(case kind when 'promotional' then 0 else net end) as net
    from adjustments
    where kind <> 'discount'
    group by 1
) as a on a.id = g.grant_id
where g.used <> coalesce(a.size, 0) or g.cost <> coalesce(a.net, 0)
limit 100;

-- name: price_is_spent_once
-- Cost and breakage never exceed the price of a grant, and reach it when the grant expires.
select grant_id, price, cost, breakage, expired
from grants
where breakage < 0 or cost + breakage > coalesce(price, 0)
   or expired is not null and cost + breakage <> coalesce(price, 0);

-- name: prepaid_equals_journal
-- Account 2110 is, per grant, what was billed less cost used and breakage: the remainders, in the
-- currency of the grant.
select grant_id, g.billed - g.cost - g.breakage as remainder, j.amount as amount_in_journal
from grants as g
full join (
    select grant_id, sum(coalesce(foreign_amount, amount)) as amount
    from journal_lines
    where account = '2110'
    group by 1
) as j using (grant_id)
where coalesce(g.billed - g.cost - g.breakage, 0) <> -coalesce(j.amount, 0)
limit 100;

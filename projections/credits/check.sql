-- name: grants_are_not_overdrawn
-- No grant is drawn beyond its size, and once it has expired nothing of it is left.
select grant_id, amount, units, used, expired
from grants
where used < 0 or used > coalesce(amount, units)
   or used + expired <> coalesce(amount, units);

-- name: grants_equal_draws
-- What is used of a grant, what that cost, and what it was worth in the books, is what its draws sum
-- to.
select grant_id, g.used, g.cost, g.cost_worth, a.size as drawn, a.net as cost_of_draws,
       a.worth as worth_of_draws
from grants as g
left join (
    select id, sum(case kind when 'units' then units else amount end) as size,
           sum(case kind when 'promotional' then 0 else net end) as net, sum(worth) as worth
    from adjustments
    where kind <> 'discount'
    group by 1
) as a on a.id = g.grant_id
where g.used <> coalesce(a.size, 0) or g.cost <> coalesce(a.net, 0)
   or coalesce(g.cost_worth, 0) <> coalesce(a.worth, 0)
limit 100;

-- name: price_is_spent_once
-- Cost and breakage never exceed the price of a grant, and reach it when the grant expires.
select grant_id, price, cost, breakage, expired
from grants
where breakage < 0 or cost + breakage > coalesce(price, 0)
   or expired is not null and cost + breakage <> coalesce(price, 0);

-- name: prepaid_equals_journal
-- Account 2110 is, per grant, what was billed less cost used and breakage: the remainders, in the
-- currency of the grant and, as they are carried, in that of the books.
select grant_id, g.billed - g.cost - g.breakage as remainder, g.posted, g.carried,
       j.agreed as agreed_in_journal, j.amount as amount_in_journal
from grants as g
full join (
    select l.grant_id, sum(case l.currency when g.currency then l.amount
                                           else coalesce(l.foreign_amount, 0) end) as agreed,
           sum(l.amount) as amount
    from journal_lines as l
    left join grants as g using (grant_id)
    where l.account = '2110'
    group by 1
) as j using (grant_id)
where coalesce(g.carried, 0) <> -coalesce(j.amount, 0)
   or coalesce(g.posted, 0) <> -coalesce(j.agreed, 0)
   or g.exchange is null and g.posted <> g.billed - g.cost - g.breakage
limit 100;

-- name: prepaid_carried_at_one_exchange
-- What a grant carries in the books is its remainder at its one exchange, to the minor unit, and
-- nothing where nothing is left.
select grant_id, billed - cost - breakage as remainder, exchange, carried
from grants
where exchange is not null
  and (billed = cost + breakage and carried <> 0
       or carried <> 0
          and abs(carried - case when (exchange ->> 'inverted')::boolean
                                 then (billed - cost - breakage) / (exchange ->> 'rate')::numeric
                                 else (billed - cost - breakage) * (exchange ->> 'rate')::numeric
                            end) > power(10::numeric, -scale(carried)))
limit 100;

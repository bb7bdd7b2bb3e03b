-- name: entries_balance
-- Every journal entry sums to zero.
select position, entry, sum(amount) as sum
from journal_lines
group by 1, 2
having sum(amount) <> 0
limit 100;

-- name: trial_balance_is_zero
-- The trial balance of every entity sums to zero, in every month.
select entity, period, sum(debit) as debit, sum(credit) as credit
from trial_balance
group by 1, 2
having sum(debit) <> sum(credit);

-- name: trial_balance_equals_lines
-- The trial balance is what the lines say.
select entity, period, account, b.debit - b.credit as balance, l.amount as amount_of_lines
from trial_balance as b
full join (select entity, period, account, sum(amount) as amount
           from journal_lines group by 1, 2, 3) as l using (entity, period, account)
where coalesce(b.debit - b.credit, 0) <> coalesce(l.amount, 0)
limit 100;

-- name: balance_blocks_equal_trial_balance
-- The blocks of positions hold what the months hold.
select entity, period, account, b.balance, t.debit - t.credit as balance_of_month
from trial_balance as t
full join (select entity, to_char(posted_on, 'YYYY-MM') as period, account,
                  sum(debit - credit) as balance
           from balance_blocks group by 1, 2, 3) as b using (entity, period, account)
where b.balance is distinct from t.debit - t.credit
limit 100;

-- name: one_currency
-- An entity's journal is kept in its own currency, and its period is the month of its date.
select l.position, l.entry, l.currency, l.period, l.posted_on
from journal_lines as l
left join entities as e using (entity)
where l.currency is distinct from e.currency or l.period <> to_char(l.posted_on, 'YYYY-MM')
limit 100;

-- name: unbilled_equals_charges
-- What a stream has on 1150, or 1160, is accrued less billed, as it is carried in the books.
select stream, account, s.carried, j.amount as amount_in_journal
from (
    select stream, clears as account,
           case when currency = currency_of_books then accrued - billed else carried end as carried
    from charge_streams
    join (select entity, currency from entities) as e (entity, currency_of_books) using (entity)
    where clears in ('1150', '1160')
) as s
full join (
    select c.stream, l.account, sum(l.amount) as amount
    from journal_lines as l
    left join charges as c on c.charge = l.charge
    where l.account in ('1150', '1160')
    group by 1, 2
) as j using (stream, account)
where coalesce(s.carried, 0) <> coalesce(j.amount, 0)
limit 100;

-- name: revaluations_are_taken_back
-- What an entry revalues, an entry of a later day takes back: no balance keeps anything of it.
select entry, account, customer, invoice, r.posted_on, r.amount, b.amount as amount_back
from (
    select entry, account, coalesce(customer, counterparty, '') as customer,
           coalesce(invoice, '') as invoice, min(posted_on) as posted_on, sum(amount) as amount
    from journal_lines where split_part(rule, '@', 1) = 'receivable_revalued' group by 1, 2, 3, 4
) as r
full join (
    select reverses as entry, account, coalesce(customer, counterparty, '') as customer,
           coalesce(invoice, '') as invoice, min(posted_on) as posted_on, sum(amount) as amount
    from journal_lines where split_part(rule, '@', 1) = 'revaluation_reversed' group by 1, 2, 3, 4
) as b using (entry, account, customer, invoice)
where r.amount is distinct from -b.amount or r.posted_on >= b.posted_on
limit 100;

-- name: no_rounding_difference
-- Account 7090 is always zero: an allocation that needs it is a bug.
select entity, sum(amount) as amount
from journal_lines
where account = '7090'
group by 1
having sum(amount) <> 0;

-- name: closed_periods_stand_still
-- Nothing was posted into a closed period after the position at which its balances were taken.
select p.entity, p.period, l.position
from periods as p
join journal_lines as l on l.entity = p.entity and l.period = p.period and l.position > p.at_position
where p.state = 'closed';

-- name: periods_equal_changes
-- A period stands as its last closing or reopening left it.
select p.entity, p.period, p.state, c.state as changed_to
from periods as p
full join (select distinct on (entity, period) entity, period, state, position
           from period_changes order by entity, period, position desc) as c using (entity, period)
where p.state is distinct from c.state or p.position is distinct from c.position;

-- name: account_pairs_equal_entries
-- Every pair of accounts that entries debit and credit is known, as often as they do, up to 100.
with sides as (
    select distinct entity, position, account, amount > 0 as debit from journal_lines
), seen as (
    select d.entity, d.account as debit, c.account as credit, least(count(*), 100) as times
    from sides as d
    join sides as c on c.position = d.position and not c.debit
    where d.debit
    group by 1, 2, 3
)
select entity, debit, credit, s.times, cardinality(p.first_positions) as known
from seen as s
full join account_pairs as p using (entity, debit, credit)
where s.times is distinct from cardinality(p.first_positions)
limit 100;

-- name: closed_digests_hold
-- The balances of a closed period are those whose digest its close stated.
select entity, period, p.digest, d.digest as digest_of_balances
from periods as p
cross join lateral (
    select encode(sha256(convert_to('[' || coalesce(string_agg(
               '[' || to_json(account) || ',"' || debit || '","' || credit || '"]',
               ',' order by account
           ), '') || ']', 'utf8')), 'hex') as digest
    from (
        select account, sum(debit) as debit, sum(credit) as credit
        from trial_balance as t
        where t.entity = p.entity and t.period <= p.period
        group by account
    ) as balances
) as d
where p.state = 'closed' and p.digest is distinct from d.digest;

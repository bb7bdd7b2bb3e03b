-- name: balances
-- What the sub-ledgers of an entity say that its control accounts hold at the end of a day, as known
-- at a position; of one customer, if one is named.
select account, sum(amount) as amount
from subledger_entries
where entity = %(entity)s and account = any(%(accounts)s) and day <= %(day)s::date
  and (%(at)s::bigint is null or position <= %(at)s)
  and (%(customer)s::text is null or customer = %(customer)s)
group by 1
order by 1;

-- name: items
-- What the sub-ledgers say of some items of a customer at the end of a day, as known at a position.
select account, item, sum(amount) as amount
from subledger_entries
where customer = %(customer)s and entity = %(entity)s and account = any(%(accounts)s)
  and item = any(%(items)s) and day <= %(day)s::date
  and (%(at)s::bigint is null or position <= %(at)s)
group by 1, 2
order by 1, 2;

-- name: taxed
-- The tax groups of an entity's documents in a span of days, as known at a position: per country of
-- the customer on the day, code, category and rate, invoices and credit notes apart.
select a.country, t.code, t.category, t.rate, t.currency, t.books, t.kind, count(*) as documents,
       sum(t.base) as base, sum(t.tax) as tax, sum(t.booked_base) as booked_base,
       sum(t.booked_tax) as booked_tax
from tax_entries as t
left join lateral (
    select coalesce((array_agg(c.country order by c.starts_on desc, c.version desc)
                        filter (where c.country is not null))[1], one.country) as country
    from accounts as one
    left join account_changes as c on c.account = one.account and c.starts_on <= t.day
    where one.account = t.account
    group by one.country
) as a on true
where t.entity = %(entity)s and t.day >= %(first)s::date and t.day <= %(last)s::date
  and (%(at)s::bigint is null or t.position <= %(at)s)
  and t.category is not null
group by 1, 2, 3, 4, 5, 6, 7
order by 1, 2, 3, 4, 5, 6, 7;

-- name: taxed_documents
-- A page of the documents behind the rows of a tax report, in the order of the log.
select t.position, t.place, t.number, t.invoice, t.account, t.kind, t.day, t.currency, t.books,
       a.country, t.code, t.category, t.rate, t.base, t.tax, t.booked_base, t.booked_tax
from tax_entries as t
left join lateral (
    select coalesce((array_agg(c.country order by c.starts_on desc, c.version desc)
                        filter (where c.country is not null))[1], one.country) as country
    from accounts as one
    left join account_changes as c on c.account = one.account and c.starts_on <= t.day
    where one.account = t.account
    group by one.country
) as a on true
where t.entity = %(entity)s and t.day >= %(first)s::date and t.day <= %(last)s::date
  and (%(at)s::bigint is null or t.position <= %(at)s)
  and (%(customer)s::text is null or t.account = %(customer)s)
  and (t.position, t.place) > (%(after)s, %(after_place)s)
order by t.position, t.place
limit %(limit)s;

-- name: reliefs
-- What write-offs, recoveries and lost disputes moved of an invoice's tax before a span of days, and
-- by its end: per invoice with anything in the span.
select invoice, kind, account, currency, books,
       coalesce(sum(tax) filter (where day < %(first)s::date), 0) as tax_before,
       sum(tax) as tax,
       coalesce(sum(booked_tax) filter (where day < %(first)s::date), 0) as booked_before,
       sum(booked_tax) as booked_tax
from tax_entries
where entity = %(entity)s and category is null and day <= %(last)s::date
  and (%(at)s::bigint is null or position <= %(at)s)
group by 1, 2, 3, 4, 5
having bool_or(day >= %(first)s::date)
order by 1, 2;

-- name: groups_of
-- The tax groups of the invoices named.
select t.number, a.country, t.code, t.category, t.rate, t.currency, t.tax, t.booked_tax
from tax_entries as t
left join lateral (
    select coalesce((array_agg(c.country order by c.starts_on desc, c.version desc)
                        filter (where c.country is not null))[1], one.country) as country
    from accounts as one
    left join account_changes as c on c.account = one.account and c.starts_on <= t.day
    where one.account = t.account
    group by one.country
) as a on true
where t.number = any(%(numbers)s) and t.kind = 'invoice'
order by t.number, t.place;

-- name: unused_grants
-- What is left of an entity's prepaid grants at the end of a day, as known at a position, by their
-- last usable day; grants that never expire have none.
select g.expires_on, -sum(e.amount) as amount
from subledger_entries as e
join grants as g on g.grant_id = e.item
where e.entity = %(entity)s and e.account = '2110' and e.day <= %(day)s::date
  and (%(at)s::bigint is null or e.position <= %(at)s)
  and (%(customer)s::text is null or e.customer = %(customer)s)
group by 1
having sum(e.amount) <> 0
order by 1;

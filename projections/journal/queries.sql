-- name: trial_balance
-- Debits, credits and balance per entity and account, of everything posted.
select entity, currency, account, sum(debit) as debit, sum(credit) as credit,
       sum(debit - credit) as balance
from trial_balance
where (%(entity)s::text is null or entity = %(entity)s)
group by entity, currency, account
order by entity, account;

-- name: trial_balance_as_of
-- The same up to the end of an accounting date: whole months, and the lines of the last one.
select entity, currency, account, sum(debit) as debit, sum(credit) as credit,
       sum(debit - credit) as balance
from (
    select entity, currency, account, debit, credit
    from trial_balance
    where period < to_char(%(as_of)s::date, 'YYYY-MM')
    union all
    select entity, currency, account, greatest(amount, 0), greatest(-amount, 0)
    from journal_lines
    where posted_on >= date_trunc('month', %(as_of)s::date)::date and posted_on <= %(as_of)s
) as moves
where (%(entity)s::text is null or entity = %(entity)s)
group by entity, currency, account
order by entity, account;

-- name: trial_balance_at
-- The same as the books stood at a position of lane 0, up to an accounting date if one is given.
select entity, currency, account, sum(debit) as debit, sum(credit) as credit,
       sum(debit - credit) as balance
from (
    select entity, currency, account, posted_on, debit, credit
    from balance_blocks
    where block < %(position)s::bigint >> 14
    union all
    select entity, currency, account, posted_on, greatest(amount, 0), greatest(-amount, 0)
    from journal_lines
    where position >= %(position)s::bigint >> 14 << 14 and position <= %(position)s::bigint
) as moves
where (%(entity)s::text is null or entity = %(entity)s)
  and (%(as_of)s::date is null or posted_on <= %(as_of)s)
group by entity, currency, account
order by entity, account;

-- name: journal_lines
-- A page of journal lines after one, in the order of posting.
select position, line, entry, entity, currency, posted_on, period, rule, text, account, amount, customer,
       invoice, invoice_line, charge, payment, grant_id, discount, service_from, service_to, document, stream,
       version, recorded_at, foreign_currency, foreign_amount, counterparty, reverses, reference,
       actor, approved_by
from journal_lines
where (%(entity)s::text is null or entity = %(entity)s)
  and (%(account)s::text is null or account = %(account)s)
  and (%(customer)s::text is null or customer = %(customer)s)
  and (%(period)s::text is null or period = %(period)s)
  and (position, line) > (%(after)s, %(after_line)s)
order by position, line
limit %(limit)s;

-- name: entries
-- The lines of the journal entries at these positions.
select position, line, entry, entity, currency, posted_on, period, rule, text, account, amount, customer,
       invoice, invoice_line, charge, payment, grant_id, discount, service_from, service_to, document, stream,
       version, recorded_at, foreign_currency, foreign_amount, counterparty, reverses, reference,
       actor, approved_by
from journal_lines
where position = any(%(positions)s)
order by position, line;

-- name: lines_of_charges
-- The journal lines that came from the charges named.
select position, line, entry, entity, currency, posted_on, period, rule, text, account, amount, customer,
       invoice, invoice_line, charge, payment, grant_id, discount, service_from, service_to, document, stream,
       version, recorded_at, foreign_currency, foreign_amount, counterparty, reverses, reference,
       actor, approved_by
from journal_lines
where charge = any(%(charges)s)
order by position, line;

-- name: lines_of_invoices
-- The journal lines of the documents named.
select position, line, entry, entity, currency, posted_on, period, rule, text, account, amount, customer,
       invoice, invoice_line, charge, payment, grant_id, discount, service_from, service_to, document, stream,
       version, recorded_at, foreign_currency, foreign_amount, counterparty, reverses, reference,
       actor, approved_by
from journal_lines
where invoice = any(%(numbers)s)
order by position, line;

-- name: lines_of_payments
-- The journal lines of the payments named.
select position, line, entry, entity, currency, posted_on, period, rule, text, account, amount, customer,
       invoice, invoice_line, charge, payment, grant_id, discount, service_from, service_to, document, stream,
       version, recorded_at, foreign_currency, foreign_amount, counterparty, reverses, reference,
       actor, approved_by
from journal_lines
where payment = any(%(payments)s)
order by position, line;

-- name: foreign_currencies
-- In which currencies other than its own an entity ever posted to one of some accounts.
select distinct entity, currency, foreign_currency
from journal_lines
where foreign_currency is not null
  and account = any(%(accounts)s)
  and (%(entity)s::text is null or entity = %(entity)s)
  and posted_on <= %(as_of)s and (%(at)s::bigint is null or position <= %(at)s)
order by entity, foreign_currency;

-- name: foreign_positions
-- A page of what some accounts of an entity hold in one currency at the end of a day, as known at a
-- position: in that currency, in the books without revaluations, and what those added. Each account
-- is asked for by itself: then the index is entered where the page begins.
select l.*
from (select distinct unnest(%(accounts)s::text[])) as a (account)
cross join lateral (
    select account, coalesce(customer, '') as customer, coalesce(counterparty, '') as counterparty,
           case account when '1100' then coalesce(invoice, '') else '' end as invoice,
           foreign_currency as currency, sum(foreign_amount) as amount,
           coalesce(sum(amount) filter (where rule <> all(%(rules)s)), 0) as carried,
           coalesce(sum(amount) filter (where rule = any(%(rules)s)), 0) as posted
    from journal_lines
    where entity = %(entity)s and foreign_currency = %(currency)s and account = a.account
      and posted_on <= %(as_of)s and (%(at)s::bigint is null or position <= %(at)s)
      and (coalesce(customer, ''), coalesce(counterparty, ''),
           case account when '1100' then coalesce(invoice, '') else '' end)
          >= (case a.account when %(after_account)s then %(after_customer)s else '' end,
              case a.account when %(after_account)s then %(after_counterparty)s else '' end,
              case a.account when %(after_account)s then %(after_invoice)s else '' end)
      and (account, coalesce(customer, ''), coalesce(counterparty, ''),
           case account when '1100' then coalesce(invoice, '') else '' end)
          > (%(after_account)s, %(after_customer)s, %(after_counterparty)s, %(after_invoice)s)
    group by entity, foreign_currency, account, coalesce(customer, ''),
             coalesce(counterparty, ''),
             case account when '1100' then coalesce(invoice, '') else '' end
    having sum(foreign_amount) <> 0
        or coalesce(sum(amount) filter (where rule <> all(%(rules)s)), 0) <> 0
        or coalesce(sum(amount) filter (where rule = any(%(rules)s)), 0) <> 0
    order by account, coalesce(customer, ''), coalesce(counterparty, ''),
             case account when '1100' then coalesce(invoice, '') else '' end
    limit %(limit)s
) as l
where a.account >= %(after_account)s
order by account, customer, counterparty, invoice
limit %(limit)s;

-- name: realised_exchange
-- A page of the entries that realised a gain (negative) or loss by exchange rates in some days, as
-- known at a position; also where a version of a rule posts them to another account.
select entity, currency, position, min(line) as line, entry, posted_on, rule, text, document,
       min(customer) as customer, sum(amount) as amount
from journal_lines
where (account = %(account)s
       or split_part(rule, '@', 2) <> '1'
          and account in (select accounts ->> %(account)s from posting_rules))
  and (%(entity)s::text is null or entity = %(entity)s)
  and posted_on >= %(from_)s and posted_on <= %(as_of)s
  and (%(at)s::bigint is null or position <= %(at)s)
  and (entity, position) > (%(after_entity)s, %(after)s)
group by entity, currency, position, entry, posted_on, rule, text, document
having sum(amount) <> 0
order by entity, position
limit %(limit)s;

-- name: periods
-- Every period that was ever closed, with how it stands and since when.
select entity, period, state, digest, at_position, version, position, recorded_at
from periods
where %(entity)s::text is null or entity = %(entity)s
order by entity, period;

-- name: month_moves
-- What each account moved per month as the books stood at a position, up to an accounting date: the
-- trial balance less what was posted later. Months in which nothing was posted by then are left out.
select entity, currency, period, account, sum(debit - credit) as amount
from (
    select entity, currency, period, account, debit, credit
    from trial_balance
    union all
    select entity, currency, period, account, -greatest(amount, 0), -greatest(-amount, 0)
    from journal_lines
    where position > %(position)s
    union all
    select entity, currency, period, account, -greatest(amount, 0), -greatest(-amount, 0)
    from journal_lines
    where position <= %(position)s and period = to_char(%(as_of)s::date, 'YYYY-MM')
      and posted_on > %(as_of)s
) as moves
where (%(entity)s::text is null or entity = %(entity)s)
  and (%(as_of)s::date is null or period <= to_char(%(as_of)s::date, 'YYYY-MM'))
group by entity, currency, period, account
having sum(debit) <> 0 or sum(credit) <> 0
order by period, entity, account;

-- name: translatable
-- What every account of every entity holds by a day, as at a position; those named by posting date.
select entity, currency, account, case when account = any(%(daily)s) then posted_on end as day,
       sum(amount) as amount
from journal_lines
where posted_on <= %(as_of)s and (%(position)s::bigint is null or position <= %(position)s)
group by 1, 2, 3, 4
order by 1, 3, 4;

-- name: movements
-- What each rule did to some accounts of an entity in a span of days, debits and credits apart, as
-- known at a position; of one customer, if one is named.
select account, split_part(rule, '@', 1) as rule, amount > 0 as debit, sum(amount) as amount
from journal_lines
where entity = %(entity)s and account = any(%(accounts)s)
  and posted_on >= %(first)s::date and posted_on <= %(last)s::date
  and (%(at)s::bigint is null or position <= %(at)s)
  and (%(customer)s::text is null or customer = %(customer)s)
group by 1, 2, 3
order by 1, 2, 3;

-- name: carried
-- What some accounts of an entity hold at the end of a day, as known at a position; of one customer,
-- if one is named.
select account, sum(amount) as amount
from journal_lines
where entity = %(entity)s and account = any(%(accounts)s) and posted_on <= %(day)s::date
  and (%(at)s::bigint is null or position <= %(at)s)
  and (%(customer)s::text is null or customer = %(customer)s)
group by 1
order by 1;

-- name: revalued
-- How much of what some accounts of an entity hold at the end of a day is a revaluation.
select account, sum(amount) as amount
from journal_lines
where entity = %(entity)s and account = any(%(accounts)s)
  and split_part(rule, '@', 1) = any(%(rules)s)
  and posted_on <= %(day)s::date
  and (%(at)s::bigint is null or position <= %(at)s)
  and (%(customer)s::text is null or customer = %(customer)s)
group by 1
order by 1;

-- name: item_movements
-- A page of the items of one customer on some accounts (invoices, payments, charge streams, grants):
-- what each held before a span of days, and what each rule did to it in the span, as known at a
-- position.
with lines as materialized (
    select account, split_part(rule, '@', 1) as rule, amount, posted_on,
           coalesce(case when account in ('1150', '1160', '2100')
                         then regexp_replace(charge, '/[^/]*$', '')
                         when account = '2110' then grant_id
                         when account = '2130' then payment
                         else invoice end, '') as item
    from journal_lines
    where customer = %(customer)s and entity = %(entity)s and account = any(%(accounts)s)
      and posted_on <= %(last)s::date
      and (%(at)s::bigint is null or position <= %(at)s)
),
page as (
    select account, item from lines
    where (account, item) > (%(after_account)s, %(after_item)s)
    group by account, item
    having bool_or(posted_on >= %(first)s::date) or sum(amount) <> 0
    order by account, item
    limit %(limit)s
)
select account, item, rule, amount > 0 as debit,
       coalesce(sum(amount) filter (where posted_on < %(first)s::date), 0) as before,
       coalesce(sum(amount) filter (where posted_on >= %(first)s::date), 0) as amount
from lines
join page using (account, item)
group by 1, 2, 3, 4
order by 1, 2, 3, 4;

-- name: recognised_from_opening
-- How much of the revenue that some accounts gave in a span of days was in their balance before it:
-- per charge stream, or grant, the smaller of the two.
select account, coalesce(sum(greatest(least(opening, recognised), 0)), 0) as amount
from (
    select account, customer,
           case account when '2110' then grant_id else regexp_replace(charge, '/[^/]*$', '') end
               as item,
           -coalesce(sum(amount) filter (where posted_on < %(first)s::date), 0) as opening,
           coalesce(sum(amount) filter (where posted_on >= %(first)s::date
                                          and split_part(rule, '@', 1) = any(%(rules)s)), 0)
               as recognised
    from journal_lines
    where entity = %(entity)s and account = any(%(accounts)s) and posted_on <= %(last)s::date
      and (%(at)s::bigint is null or position <= %(at)s)
      and (%(customer)s::text is null or customer = %(customer)s)
    group by 1, 2, 3
) as items
group by 1
order by 1;

-- name: netted
-- Contract assets and contract liabilities at the end of a day, as known at a position, netted per
-- customer: a contract is one or the other.
select coalesce(sum(greatest(net, 0)), 0) as assets,
       coalesce(sum(greatest(-net, 0)), 0) as liabilities
from (
    select sum(amount) as net
    from journal_lines
    where entity = %(entity)s and account = any(%(accounts)s) and posted_on <= %(day)s::date
      and (%(at)s::bigint is null or position <= %(at)s)
      and (%(customer)s::text is null or customer = %(customer)s)
    group by customer
) as contracts;

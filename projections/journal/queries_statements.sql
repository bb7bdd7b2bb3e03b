-- The reads of the general ledger and the financial statements. A statement sums what lies between
-- marks, days in order: slot 0 is before the first, slot n on or after the n-th.

-- name: moves
-- Debits and credits per account and slot, of everything posted: whole months, and the lines of
-- months that a mark cuts.
with marks as (
    select %(marks)s::date[] as days
), cut as (
    select distinct date_trunc('month', day)::date as month
    from marks cross join unnest(days) as day
    where day <> date_trunc('month', day)::date
)
select entity, currency, account, slot, sum(debit) as debit, sum(credit) as credit
from (
    select entity, currency, account, debit, credit,
           width_bucket(to_date(period, 'YYYY-MM'), days) as slot
    from trial_balance
    cross join marks
    where period not in (select to_char(month, 'YYYY-MM') from cut)
    union all
    select l.entity, l.currency, l.account, greatest(l.amount, 0), greatest(-l.amount, 0),
           width_bucket(l.posted_on, days)
    from cut
    join journal_lines as l on l.posted_on >= month
                           and l.posted_on < (month + interval '1 month')::date
    cross join marks
) as moved
where (%(entity)s::text is null or entity = %(entity)s)
group by entity, currency, account, slot
order by entity, account, slot;

-- name: moves_at
-- The same from the lines alone: as the books stood at a position, of one account or customer.
select entity, currency, account, slot, sum(greatest(amount, 0)) as debit,
       sum(greatest(-amount, 0)) as credit
from (
    select entity, currency, account, amount,
           width_bucket(posted_on, %(marks)s::date[]) as slot
    from journal_lines
    where (%(position)s::bigint is null or position <= %(position)s)
      and (%(entity)s::text is null or entity = %(entity)s)
      and (%(account)s::text is null or account = %(account)s)
      and (%(customer)s::text is null or customer = %(customer)s)
) as moved
group by entity, currency, account, slot
order by entity, account, slot;

-- name: general_ledger
-- A page of an account's lines after one, by date, with the balance after each; it goes on from the
-- balance after the line before the page.
select position, line, posted_on, entry, rule, text, entity, account, currency, customer,
       coalesce(invoice, document) as document, amount,
       %(balance)s::numeric + sum(amount) over (
           order by posted_on, position, line rows unbounded preceding) as balance
from journal_lines
where entity = %(entity)s and account = %(account)s
  and (%(customer)s::text is null or customer = %(customer)s)
  and (%(from)s::date is null or posted_on >= %(from)s)
  and (%(to)s::date is null or posted_on <= %(to)s)
  and (%(position)s::bigint is null or position <= %(position)s)
  and (posted_on, position, line) > (%(after_day)s, %(after)s, %(after_line)s)
order by posted_on, position, line
limit %(limit)s;

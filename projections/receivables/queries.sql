-- name: open_items
-- The open items of the accounts named or of an entity, oldest due first; settled ones on demand.
select number, entity, account, currency, issued_on, due_on, total, applied, credited, disputed,
       written_off, open, position
from open_items
where (%(accounts)s::text[] is null or account = any(%(accounts)s))
  and (%(entity)s::text is null or entity = %(entity)s)
  and (%(settled)s or open <> 0)
order by account, due_on, number;

-- name: open_items_as_of
-- A page of the items open at the end of a day, as known at a position: sums over the sub-ledger.
select i.number, i.entity, i.account, i.currency, i.issued_on, i.due_on, i.total,
       coalesce(-sum(e.receivable + e.written_off)
                filter (where e.kind not in ('invoice', 'credit_note')), 0) as applied,
       coalesce(-sum(e.receivable) filter (where e.kind = 'credit_note'), 0) as credited,
       sum(e.disputed) as disputed, sum(e.written_off) as written_off, sum(e.receivable) as open,
       i.position
from receivable_entries as e
join open_items as i on i.number = e.invoice
where (%(account)s::text is null or e.account = %(account)s)
  and (%(entity)s::text is null or e.entity = %(entity)s)
  and (%(as_of)s::date is null or e.day <= %(as_of)s)
  and (%(at)s::bigint is null or e.position <= %(at)s)
  and (i.account, i.due_on, i.number) > (%(after)s, %(after_due)s::date, %(after_number)s)
group by i.number
having sum(e.receivable) <> 0
order by i.account, i.due_on, i.number
limit %(limit)s;

-- name: ageing
-- A page of accounts with what is open at the end of a day, as known at a position, by days overdue
-- on ``on``.
select entity, account, currency,
       coalesce(sum(open) filter (where due_on >= %(on)s::date), 0)::numeric as not_due,
       coalesce(sum(open) filter (where %(on)s::date - due_on between 1 and 30), 0)::numeric as days_30,
       coalesce(sum(open) filter (where %(on)s::date - due_on between 31 and 60), 0)::numeric as days_60,
       coalesce(sum(open) filter (where %(on)s::date - due_on between 61 and 90), 0)::numeric as days_90,
       coalesce(sum(open) filter (where %(on)s::date - due_on > 90), 0)::numeric as older,
       sum(open) as total
from (
    select i.entity, i.account, i.currency, i.due_on, sum(e.receivable) as open
    from receivable_entries as e
    join open_items as i on i.number = e.invoice
    where (%(account)s::text is null or e.account = %(account)s)
      and (%(entity)s::text is null or e.entity = %(entity)s)
      and (%(as_of)s::date is null or e.day <= %(as_of)s)
      and (%(at)s::bigint is null or e.position <= %(at)s)
      and e.account > %(after)s
    group by i.number
    having sum(e.receivable) <> 0
) as items
group by entity, account, currency
order by account
limit %(limit)s;

-- name: balances
-- A page of balances per account: of an entity, or of the accounts named.
select account, entity, currency, receivable, disputed, unapplied, credit
from balances
where (%(accounts)s::text[] is null or account = any(%(accounts)s))
  and (%(entity)s::text is null or entity = %(entity)s)
  and account > %(after)s
order by account
limit %(limit)s;

-- name: balances_as_of
-- A page of the balances that are not zero at the end of a day, as known at a position.
select account, min(entity) as entity, min(currency) as currency, sum(receivable) as receivable,
       sum(disputed) as disputed, sum(unapplied) as unapplied, sum(credit) as credit
from receivable_entries
where (%(account)s::text is null or account = %(account)s)
  and (%(entity)s::text is null or entity = %(entity)s)
  and (%(as_of)s::date is null or day <= %(as_of)s)
  and (%(at)s::bigint is null or position <= %(at)s)
  and account > %(after)s
group by account
having sum(receivable) <> 0 or sum(disputed) <> 0 or sum(unapplied) <> 0 or sum(credit) <> 0
order by account
limit %(limit)s;

-- name: statement_totals
-- A page of accounts with what they owed before ``from`` and at the end of ``to``, as known at a
-- position; disputed is at the end.
select account, min(entity) as entity, min(currency) as currency,
       coalesce(sum(receivable - unapplied - credit) filter (where day < %(from)s::date), 0)
           as opening,
       sum(receivable - unapplied - credit) as closing, sum(disputed) as disputed
from receivable_entries
where (%(account)s::text is null or account = %(account)s)
  and (%(entity)s::text is null or entity = %(entity)s)
  and (%(to)s::date is null or day <= %(to)s)
  and (%(at)s::bigint is null or position <= %(at)s)
  and account > %(after)s
group by account
order by account
limit %(limit)s;

-- name: statement
-- A page of what moved an account from a day to another, fact by fact as known at a position, with
-- the balance after each.
select account, currency, position, day, kind, document, invoice, receivable, disputed, unapplied,
       credit, balance
from (
    select account, min(currency) as currency, position, day, kind, min(document) as document,
           case when count(distinct invoice) = 1 then min(invoice) end as invoice,
           sum(receivable) as receivable, sum(disputed) as disputed, sum(unapplied) as unapplied,
           sum(credit) as credit,
           sum(sum(receivable - unapplied - credit))
               over (order by day, position) as balance
    from receivable_entries
    where account = %(account)s
      and (%(to)s::date is null or day <= %(to)s)
      and (%(at)s::bigint is null or position <= %(at)s)
    group by account, day, position, kind
) as lines
where (%(from)s::date is null or day >= %(from)s)
  and (day, position) > (%(after_day)s::date, %(after)s)
order by day, position
limit %(limit)s;

-- name: unapplied_cash
-- A page of payments with cash that no invoice took at the end of a day, as known at a position.
select e.payment, p.entity, p.account, p.currency, p.amount, p.paid_on,
       sum(e.unapplied) as unapplied, p.position
from receivable_entries as e
join payments as p on p.payment = e.payment
where (%(account)s::text is null or e.account = %(account)s)
  and (%(entity)s::text is null or e.entity = %(entity)s)
  and (%(as_of)s::date is null or e.day <= %(as_of)s)
  and (%(at)s::bigint is null or e.position <= %(at)s)
  and p.position > %(after)s
group by e.payment, p.payment
having sum(e.unapplied) <> 0
order by p.position
limit %(limit)s;

-- name: payments
-- A page of the payments of an account, or of everybody, oldest first, each with what it pays now.
select payment, entity, account, currency, amount, paid_on, via, unapplied, disputed, returned,
       applications, stream, version, position, recorded_at
from payments as p
cross join lateral (
    select coalesce(jsonb_agg(jsonb_build_object('invoice', invoice, 'amount', amount::text)
                              order by place), '[]') as applications
    from (
        select e.invoice, -sum(e.receivable) as amount, min(array[e.position, e.place]) as place
        from receivable_entries as e
        where e.payment = p.payment and e.invoice is not null
        group by e.invoice
        having sum(e.receivable) <> 0
    ) as paid
) as a
where (%(account)s::text is null or account = %(account)s)
  and position > %(after)s
order by position
limit %(limit)s;

-- name: payment
-- One payment by its id, with what it pays now.
select payment, entity, account, currency, amount, paid_on, via, unapplied, disputed, returned,
       applications, stream, version, position, recorded_at
from payments as p
cross join lateral (
    select coalesce(jsonb_agg(jsonb_build_object('invoice', invoice, 'amount', amount::text)
                              order by place), '[]') as applications
    from (
        select e.invoice, -sum(e.receivable) as amount, min(array[e.position, e.place]) as place
        from receivable_entries as e
        where e.payment = p.payment and e.invoice is not null
        group by e.invoice
        having sum(e.receivable) <> 0
    ) as paid
) as a
where payment = %(payment)s;

-- name: failures
-- A page of the failed payments of an account, or of everybody, oldest first.
select payment, version, entity, account, currency, amount, failed_on, code, position, recorded_at
from payment_failures
where (%(account)s::text is null or account = %(account)s)
  and position > %(after)s
order by position
limit %(limit)s;

-- name: disputes
-- A page of the disputes of an account, or of everybody, oldest first, with what was undone of a
-- lost one, and the credit notes that took it: each follows what it undoes in the same append.
select dispute, payment, entity, account, currency, amount, fee, opened_on, closed_on, outcome,
       reversed, credit_notes, position
from disputes as d
cross join lateral (
    select coalesce(sum(r.receivable), 0) as reversed,
           coalesce(array_agg(distinct n.document), '{}') as credit_notes
    from receivable_entries as r
    cross join lateral (
        select document from receivable_entries as note
        where note.account = r.account and note.position > r.position
          and note.invoice = r.invoice and note.kind = 'credit_note'
        order by note.position
        limit 1
    ) as n
    where r.document = d.dispute and r.kind = 'reversal' and r.written_off = 0
) as undone
where (%(account)s::text is null or account = %(account)s)
  and (%(entity)s::text is null or entity = %(entity)s)
  and position > %(after)s
order by position
limit %(limit)s;

-- name: allowances
-- What is set aside for credit losses, in general (account is empty) and for single accounts.
select entity, account, currency, amount
from allowances
where (%(entity)s::text is null or entity = %(entity)s) and amount <> 0
order by entity, account;

-- name: overdue
-- A page of accounts with the invoices that are overdue on a day and neither paid nor disputed,
-- each with the reminder that it had last.
select i.account, i.number, i.currency, i.due_on, i.open, r.days, coalesce(r.version, 0) as version
from open_items as i
left join lateral (
    select days, version from dunning_steps as d
    where d.invoice = i.number order by version desc limit 1
) as r on true
where i.entity = %(entity)s and i.open <> 0 and i.disputed = 0 and i.due_on < %(on)s::date
  and i.account = any(
      select account from open_items
      where entity = %(entity)s and open <> 0 and disputed = 0 and due_on < %(on)s::date
        and (%(account)s::text is null or account = %(account)s)
        and account > %(after)s
      group by account order by account limit %(limit)s)
order by i.account, i.due_on, i.number;

-- name: dunning_steps
-- A page of the reminders that are due, of an account, an entity or everybody, oldest first.
select invoice, version, entity, account, currency, reminded_on, step, name, days, days_overdue,
       due_on, open, position, recorded_at
from dunning_steps
where (%(account)s::text is null or account = %(account)s)
  and (%(entity)s::text is null or entity = %(entity)s)
  and position > %(after)s
order by position
limit %(limit)s;

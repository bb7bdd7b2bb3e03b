-- name: open_items
-- The open items of the accounts named or of an entity, oldest due first; settled ones on demand.
select number, entity, account, currency, issued_on, due_on, total, applied, credited, open,
       position
from open_items
where (%(accounts)s::text[] is null or account = any(%(accounts)s))
  and (%(entity)s::text is null or entity = %(entity)s)
  and (%(settled)s or open <> 0)
order by account, due_on, number;

-- name: balances
-- A page of balances per account: of an entity, or of the accounts named.
select account, entity, currency, receivable, unapplied, credit
from balances
where (%(accounts)s::text[] is null or account = any(%(accounts)s))
  and (%(entity)s::text is null or entity = %(entity)s)
  and account > %(after)s
order by account
limit %(limit)s;

-- name: payments
-- A page of the payments of an account, or of everybody, oldest first.
select payment, entity, account, currency, amount, paid_on, via, unapplied, applications, stream,
       version, position, recorded_at
from payments
where (%(account)s::text is null or account = %(account)s)
  and position > %(after)s
order by position
limit %(limit)s;

-- name: payment
-- One payment by its id.
select payment, entity, account, currency, amount, paid_on, via, unapplied, applications, stream,
       version, position, recorded_at
from payments
where payment = %(payment)s;

-- name: ageing
-- What is open per account on a day, by how long it is overdue.
select entity, account, currency,
       coalesce(sum(open) filter (where due_on >= %(on)s::date), 0)::numeric as not_due,
       coalesce(sum(open) filter (where %(on)s::date - due_on between 1 and 30), 0)::numeric as days_30,
       coalesce(sum(open) filter (where %(on)s::date - due_on between 31 and 60), 0)::numeric as days_60,
       coalesce(sum(open) filter (where %(on)s::date - due_on between 61 and 90), 0)::numeric as days_90,
       coalesce(sum(open) filter (where %(on)s::date - due_on > 90), 0)::numeric as older,
       sum(open) as total
from open_items
where open <> 0 and (%(entity)s::text is null or entity = %(entity)s)
group by entity, account, currency
order by entity, account;

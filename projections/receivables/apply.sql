-- lanes: books

-- name: entries
-- What every fact does to what a customer owes, one row per invoice, payment or balance it moves.
insert into receivable_entries
select position, place, account, entity, currency, day, kind, document, invoice, payment,
       receivable, disputed, unapplied, credit, written_off,
       receivable_carried, disputed_carried, unapplied_carried, credit_carried
from (
    select position, 1::bigint as place, data ->> 'account' as account,
           data ->> 'entity' as entity, data ->> 'currency' as currency,
           (data ->> 'issued_on')::date as day, 'invoice' as kind, data ->> 'number' as document,
           data ->> 'number' as invoice, null as payment, (data ->> 'total')::numeric as receivable,
           0 as disputed, 0 as unapplied, 0 as credit, 0 as written_off,
           coalesce(data ->> 'booked', data ->> 'total')::numeric as receivable_carried,
           0 as disputed_carried, 0 as unapplied_carried, 0 as credit_carried
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'invoice.issued/1'
    union all
    select position, 1, data ->> 'account', data ->> 'entity', data ->> 'currency',
           (data ->> 'issued_on')::date, 'credit_note', data ->> 'number', data ->> 'invoice', null,
           -(data ->> 'to_receivable')::numeric, 0, 0, (data ->> 'to_credit_balance')::numeric, 0,
           -coalesce(data ->> 'booked_receivable', data ->> 'to_receivable')::numeric, 0, 0,
           case when (data ->> 'to_credit_balance')::numeric = 0 then 0
                else coalesce(
                    (data ->> 'booked')::numeric - (data ->> 'booked_receivable')::numeric,
                    (data ->> 'to_credit_balance')::numeric)
           end
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'credit_note.issued/1'
    union all
    select position, 0, data ->> 'account', data ->> 'entity', data ->> 'currency',
           (data ->> 'on')::date, 'payment', data ->> 'payment', null, data ->> 'payment', 0, 0,
           (data ->> 'unapplied')::numeric, 0, 0, 0, 0,
           coalesce(data ->> 'booked_unapplied', data ->> 'unapplied')::numeric, 0
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'payment.captured/1'
    union all
    select position, place, data ->> 'account', data ->> 'entity', data ->> 'currency',
           (data ->> 'on')::date, 'payment', data ->> 'payment', application ->> 'invoice',
           data ->> 'payment', -(application ->> 'amount')::numeric, 0, 0, 0, 0,
           -coalesce(application ->> 'booked', application ->> 'amount')::numeric, 0, 0, 0
    from ledger.log
    cross join lateral jsonb_array_elements(data -> 'applications')
        with ordinality as a (application, place)
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'payment.captured/1'
    union all
    select position, place, data ->> 'account', data ->> 'entity', data ->> 'currency',
           (data ->> 'on')::date, data ->> 'kind', data ->> 'document', invoice, payment,
           receivable, disputed, unapplied, credit, written_off,
           receivable_carried, disputed_carried, unapplied_carried, credit_carried
    from ledger.log
    cross join lateral (
        select min(place) as place, invoice, payment,
               coalesce(sum(amount) filter (where balance = 'receivable'), 0) as receivable,
               coalesce(sum(amount) filter (where balance = 'disputed'), 0) as disputed,
               coalesce(sum(amount) filter (where balance = 'unapplied'), 0) as unapplied,
               coalesce(sum(amount) filter (where balance = 'credit'), 0) as credit,
               coalesce(sum(amount) filter (where balance = 'written_off'), 0) as written_off,
               coalesce(sum(worth) filter (where balance = 'receivable'), 0) as receivable_carried,
               coalesce(sum(worth) filter (where balance = 'disputed'), 0) as disputed_carried,
               coalesce(sum(worth) filter (where balance = 'unapplied'), 0) as unapplied_carried,
               coalesce(sum(worth) filter (where balance = 'credit'), 0) as credit_carried
        from (
            select place, movement ->> 'balance' as balance, movement ->> 'invoice' as invoice,
                   movement ->> 'payment' as payment, (movement ->> 'amount')::numeric as amount,
                   coalesce(movement ->> 'booked', movement ->> 'amount')::numeric as worth
            from jsonb_array_elements(data -> 'movements') with ordinality as m (movement, place)
        ) as movements
        group by invoice, payment
    ) as moved
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'receivables.posted/1'
) as entries;

-- name: items
insert into open_items
select data ->> 'number', data ->> 'entity', data ->> 'account', data ->> 'currency',
       (data ->> 'issued_on')::date, (data ->> 'due_on')::date, (data ->> 'total')::numeric, 0, 0,
       0, 0, 0, position
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'invoice.issued/1';

-- name: settle
-- What a write-off takes is not applied, and what a recovery brings back is not taken back.
update open_items as t
set applied = t.applied + s.applied, credited = t.credited + s.credited,
    disputed = t.disputed + s.disputed, written_off = t.written_off + s.written_off,
    open = t.open + s.receivable
from (
    select invoice as number, sum(receivable) as receivable, sum(disputed) as disputed,
           sum(written_off) as written_off,
           coalesce(-sum(receivable) filter (where kind = 'credit_note'), 0) as credited,
           coalesce(-sum(receivable + written_off)
                    filter (where kind not in ('invoice', 'credit_note')), 0) as applied
    from receivable_entries
    where position > %(from)s and position <= %(to)s and invoice is not null
    group by invoice
) as s
where t.number = s.number;

-- name: balances
insert into balances as t
select account, min(entity), min(currency), sum(receivable), sum(disputed), sum(unapplied),
       sum(credit)
from receivable_entries
where position > %(from)s and position <= %(to)s
group by account
order by account
on conflict (account) do update set
    receivable = t.receivable + excluded.receivable,
    disputed = t.disputed + excluded.disputed,
    unapplied = t.unapplied + excluded.unapplied,
    credit = t.credit + excluded.credit;

-- name: payments
insert into payments
select data ->> 'payment', data ->> 'entity', data ->> 'account', data ->> 'currency',
       (data ->> 'amount')::numeric, (data ->> 'on')::date, data ->> 'via', 0, 0, 0, stream,
       version, position, recorded_at
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'payment.captured/1';

-- name: payments_moved
update payments as t
set unapplied = t.unapplied + s.unapplied, disputed = t.disputed + s.disputed,
    returned = t.returned + s.returned
from (
    select payment, sum(unapplied) as unapplied, sum(disputed) as disputed,
           coalesce(sum(receivable - unapplied) filter (where kind = 'return'), 0) as returned
    from receivable_entries
    where position > %(from)s and position <= %(to)s and payment is not null
    group by payment
) as s
where t.payment = s.payment;

-- name: failures
insert into payment_failures
select data ->> 'payment', version, data ->> 'entity', data ->> 'account', data ->> 'currency',
       (data ->> 'amount')::numeric, (data ->> 'on')::date, data ->> 'code', position, recorded_at
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'payment.failed/1';

-- name: disputes
insert into disputes
select data ->> 'dispute', data ->> 'payment', data ->> 'entity', data ->> 'account',
       data ->> 'currency', (data ->> 'amount')::numeric, (data ->> 'fee')::numeric,
       (data ->> 'on')::date, null, null, position
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'dispute.opened/1';

-- name: disputes_closed
update disputes as t
set closed_on = (data ->> 'on')::date, outcome = data ->> 'outcome'
from ledger.log
where lane = %(lane)s and log.position > %(from)s and log.position <= %(to)s
  and type = 'dispute.closed/1' and t.dispute = data ->> 'dispute';

-- name: allowances
insert into allowances as t
select data ->> 'entity', coalesce(data ->> 'account', ''), min(data ->> 'currency'),
       sum((data ->> 'amount')::numeric)
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'allowance.adjusted/1'
group by 1, 2
order by 1, 2
on conflict (entity, account) do update set amount = t.amount + excluded.amount;

-- name: reminders
insert into dunning_steps
select data ->> 'invoice', version, data ->> 'entity', data ->> 'account', data ->> 'currency',
       (data ->> 'on')::date, (data ->> 'step')::integer, data ->> 'name',
       (data ->> 'days')::integer, (data ->> 'days_overdue')::integer, (data ->> 'due_on')::date,
       (data ->> 'open')::numeric, position, recorded_at
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'dunning.stepped/1';

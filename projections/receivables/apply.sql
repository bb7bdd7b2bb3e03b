-- lanes: books

-- name: items
insert into open_items
select data ->> 'number', data ->> 'entity', data ->> 'account', data ->> 'currency',
       (data ->> 'issued_on')::date, (data ->> 'due_on')::date, (data ->> 'total')::numeric, 0, 0,
       (data ->> 'total')::numeric, position
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'invoice.issued/1';

-- name: payments
insert into payments
select data ->> 'payment', data ->> 'entity', data ->> 'account', data ->> 'currency',
       (data ->> 'amount')::numeric, (data ->> 'on')::date, data ->> 'via',
       (data ->> 'unapplied')::numeric, data -> 'applications', stream, version, position,
       recorded_at
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'payment.captured/1';

-- name: settle
update open_items as t
set applied = t.applied + s.applied, credited = t.credited + s.credited,
    open = t.open - s.applied - s.credited
from (
    select number, sum(applied) as applied, sum(credited) as credited
    from (
        select data ->> 'invoice' as number, 0 as applied,
               (data ->> 'to_receivable')::numeric as credited
        from ledger.log
        where lane = %(lane)s and position > %(from)s and position <= %(to)s
          and type = 'credit_note.issued/1' and data ->> 'invoice' is not null
        union all
        select application ->> 'invoice', (application ->> 'amount')::numeric, 0
        from ledger.log
        cross join lateral jsonb_array_elements(data -> 'applications') as application
        where lane = %(lane)s and position > %(from)s and position <= %(to)s
          and type = 'payment.captured/1'
    ) as settling
    group by 1
) as s
where t.number = s.number;

-- name: balances
insert into balances as t
select account, min(entity), min(currency), sum(receivable), sum(unapplied), sum(credit)
from (
    select data ->> 'account' as account, data ->> 'entity' as entity,
           data ->> 'currency' as currency, (data ->> 'total')::numeric as receivable,
           0 as unapplied, 0 as credit
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'invoice.issued/1'
    union all
    select data ->> 'account', data ->> 'entity', data ->> 'currency',
           -(data ->> 'to_receivable')::numeric, 0, (data ->> 'to_credit_balance')::numeric
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'credit_note.issued/1'
    union all
    select data ->> 'account', data ->> 'entity', data ->> 'currency',
           (data ->> 'unapplied')::numeric - (data ->> 'amount')::numeric,
           (data ->> 'unapplied')::numeric, 0
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'payment.captured/1'
) as moves
group by account
order by account
on conflict (account) do update set
    receivable = t.receivable + excluded.receivable,
    unapplied = t.unapplied + excluded.unapplied,
    credit = t.credit + excluded.credit;

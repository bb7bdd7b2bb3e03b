-- lanes: books

-- name: documents
insert into invoices
select data ->> 'number', case type when 'invoice.issued/1' then 'invoice' else 'credit_note' end,
       data ->> 'entity', data ->> 'account', data ->> 'currency', (data ->> 'issued_on')::date,
       (data ->> 'due_on')::date, (data ->> 'net')::numeric, (data ->> 'tax')::numeric,
       (data ->> 'total')::numeric,
       (data ->> 'total')::numeric * (case type when 'invoice.issued/1' then 1 else 0 end),
       data ->> 'invoice', data ->> 'reason', data ->> 'note',
       coalesce((data ->> 'to_receivable')::numeric, 0),
       coalesce((data ->> 'to_credit_balance')::numeric, 0),
       coalesce((data ->> 'tax_inclusive')::boolean, false), stream, version, position,
       recorded_at
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type in ('invoice.issued/1', 'credit_note.issued/1');

-- name: lines
insert into invoice_lines
select data ->> 'number', (line ->> 'line')::integer, data ->> 'account', line ->> 'account',
       line ->> 'subscription', line ->> 'item', line ->> 'description',
       (line ->> 'period_from')::date, (line ->> 'period_to')::date,
       (line ->> 'quantity')::numeric, (line ->> 'net')::numeric, (line ->> 'tax')::numeric,
       coalesce((line ->> 'accrued')::numeric, (line ->> 'net')::numeric),
       coalesce((line ->> 'absorbed')::numeric, 0), coalesce((line ->> 'absorbed_tax')::numeric, 0),
       line ->> 'category', (line ->> 'rate')::numeric, line ->> 'tax_code', line ->> 'charge',
       line ->> 'revenue_account', line ->> 'corrects', line ->> 'against',
       (line ->> 'against_line')::integer, coalesce(line ->> 'kind', 'usage'),
       coalesce(line -> 'allowances', '[]'), 0, 0, position
from ledger.log
cross join lateral jsonb_array_elements(data -> 'lines') as line
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type in ('invoice.issued/1', 'credit_note.issued/1');

-- name: taxes
insert into invoice_taxes
select data ->> 'number', place, data ->> 'account', tax ->> 'category', (tax ->> 'rate')::numeric,
       (tax ->> 'base')::numeric, (tax ->> 'tax')::numeric, tax ->> 'code',
       tax ->> 'exemption_reason'
from ledger.log
cross join lateral jsonb_array_elements(data -> 'taxes') with ordinality as t (tax, place)
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type in ('invoice.issued/1', 'credit_note.issued/1');

-- name: credited
update invoice_lines as t
set credited_net = t.credited_net + c.net, credited_tax = t.credited_tax + c.tax
from (
    select line ->> 'against' as number, (line ->> 'against_line')::integer as line,
           sum((line ->> 'net')::numeric) as net, sum((line ->> 'tax')::numeric) as tax
    from ledger.log
    cross join lateral jsonb_array_elements(data -> 'lines') as line
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'credit_note.issued/1' and line ->> 'against' is not null
    group by 1, 2
) as c
where t.number = c.number and t.line = c.line;

-- name: open
-- An invoice is open by what nothing took off it, or what came back to it: credit notes, payments
-- and the entries of the sub-ledger.
update invoices as t
set open = t.open - s.settled
from (
    select number, sum(amount) as settled
    from (
        select data ->> 'invoice' as number, (data ->> 'to_receivable')::numeric as amount
        from ledger.log
        where lane = %(lane)s and position > %(from)s and position <= %(to)s
          and type = 'credit_note.issued/1' and data ->> 'invoice' is not null
        union all
        select application ->> 'invoice', (application ->> 'amount')::numeric
        from ledger.log
        cross join lateral jsonb_array_elements(data -> 'applications') as application
        where lane = %(lane)s and position > %(from)s and position <= %(to)s
          and type = 'payment.captured/1'
        union all
        select movement ->> 'invoice', -(movement ->> 'amount')::numeric
        from ledger.log
        cross join lateral jsonb_array_elements(data -> 'movements') as movement
        where lane = %(lane)s and position > %(from)s and position <= %(to)s
          and type = 'receivables.posted/1' and movement ->> 'balance' = 'receivable'
    ) as settling
    group by 1
) as s
where t.number = s.number;

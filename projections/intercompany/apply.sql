-- lanes: books

-- name: movements
insert into intercompany_movements
select data ->> 'reference', version, kind, data ->> 'currency',
       sign * (data ->> 'amount')::numeric, (data ->> 'on')::date,
       payer ->> 'entity', payer ->> 'currency', (payer ->> 'on')::date,
       sign * (payer ->> 'booked')::numeric, (payer ->> 'cash')::numeric,
       payee ->> 'entity', payee ->> 'currency', (payee ->> 'on')::date,
       sign * (payee ->> 'booked')::numeric, (payee ->> 'cash')::numeric,
       stream, position, recorded_at
from ledger.log
cross join lateral (
    select data -> 'payer' as payer, data -> 'payee' as payee,
           split_part(split_part(type, '/', 1), '.', 2) as kind,
           case type when 'intercompany.charged/1' then 1 else -1 end as sign
) as said
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type in ('intercompany.charged/1', 'intercompany.settled/1', 'intercompany.credited/1');

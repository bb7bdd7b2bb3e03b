-- lanes: books

-- name: spend_limits
insert into spend_limits
select data ->> 'account', version, data ->> 'entity', data ->> 'currency',
       (data ->> 'starts_on')::date, (data ->> 'amount')::numeric,
       array(select jsonb_array_elements_text(coalesce(data -> 'notify_at', '[]'))::numeric),
       coalesce((data ->> 'block')::boolean, false), (data ->> 'invoice_at')::numeric, position
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'spend_limit.set/1';

-- name: thresholds
insert into thresholds
select position, data ->> 'kind', data ->> 'entity', data ->> 'account', data ->> 'subscription',
       data ->> 'item', data ->> 'meter', data ->> 'currency', (data ->> 'period_from')::date,
       (data ->> 'period_to')::date, (data ->> 'percent')::numeric, (data ->> 'limit')::numeric,
       (data ->> 'quantity')::numeric, (data ->> 'lane')::smallint, (data ->> 'position')::bigint,
       stream, occurred_at
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'threshold.crossed/1';

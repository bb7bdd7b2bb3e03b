-- lanes: books

-- name: charges
insert into charges
select data ->> 'charge', stream, version, position, occurred_at, recorded_at, data ->> 'entity',
       data ->> 'account', data ->> 'subscription', data ->> 'item', data ->> 'meter',
       data ->> 'plan', (data ->> 'plan_version')::integer, data ->> 'currency',
       (data ->> 'period_from')::date, (data ->> 'period_to')::date, (data ->> 'rated_to')::date,
       (data ->> 'window_from')::timestamptz, (data ->> 'window_to')::timestamptz,
       (data ->> 'quantity')::numeric, (data ->> 'amount')::numeric, (data ->> 'delta')::numeric,
       (data ->> 'accrued')::numeric, (data ->> 'posted')::numeric, (data ->> 'posted_on')::date,
       (data #>> '{usage,lane}')::smallint, (data #>> '{usage,to_position}')::bigint,
       (data #>> '{usage,count}')::bigint, (data #>> '{usage,facts}')::bigint,
       data #>> '{usage,digest}', coalesce(data -> 'tiers', '[]'),
       coalesce((data #>> '{unpriced,count}')::bigint, 0),
       coalesce((data #>> '{unpriced,quantity}')::numeric, 0), data ->> 'corrects',
       data ->> 'tax_code', coalesce((data ->> 'tax_inclusive')::boolean, false),
       coalesce(data ->> 'revenue_account', '4010'), coalesce(data -> 'filter', '{}'),
       coalesce(data -> 'group', '{}'), coalesce((data #>> '{untaken,count}')::bigint, 0),
       coalesce((data #>> '{untaken,quantity}')::numeric, 0),
       (data #>> '{usage,carried}')::numeric, (data #>> '{usage,over}')::numeric
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'usage.rated/1';

-- name: streams
-- The last rating of the chunk stands; two of one stream in one chunk are common in a rebuild.
insert into charge_streams as t
select distinct on (stream) stream, data ->> 'subscription', data ->> 'item',
       (data ->> 'period_from')::date, (data ->> 'period_to')::date, data ->> 'entity',
       data ->> 'account', data ->> 'currency', data ->> 'charge', version,
       (data ->> 'accrued')::numeric, 0, 0, coalesce((data ->> 'tax_inclusive')::boolean, false),
       (data ->> 'amount')::numeric, 0, 0, coalesce(data -> 'group', '{}')
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'usage.rated/1'
order by stream, version desc
on conflict (stream) do update set
    period_to = excluded.period_to, charge = excluded.charge, version = excluded.version,
    accrued = excluded.accrued, tax_inclusive = excluded.tax_inclusive, amount = excluded.amount;

-- name: billed
-- A line bills what it clears of the accrual, which is its net unless it says otherwise. A credit
-- note that concedes something makes nothing billable again.
update charge_streams as t
set billed = t.billed + b.billed, lines = t.lines + b.lines,
    billed_net = t.billed_net + b.net, billed_gross = t.billed_gross + b.gross
from (
    select c.stream,
           sum(coalesce((line ->> 'accrued')::numeric, (line ->> 'net')::numeric)
               * case l.type when 'credit_note.issued/1' then -1 else 1 end) as billed,
           sum((line ->> 'net')::numeric
               * case l.type when 'credit_note.issued/1' then -1 else 1 end) as net,
           sum(((line ->> 'net')::numeric + (line ->> 'tax')::numeric)
               * case l.type when 'credit_note.issued/1' then -1 else 1 end) as gross,
           count(*) as lines
    from ledger.log as l
    cross join lateral jsonb_array_elements(l.data -> 'lines') as line
    join charges as c on c.charge = line ->> 'charge'
    where l.lane = %(lane)s and l.position > %(from)s and l.position <= %(to)s
      and (l.type = 'invoice.issued/1'
           or l.type = 'credit_note.issued/1'
              and l.data ->> 'reason' in ('rerating', 'net_credit'))
    group by 1
) as b
where t.stream = b.stream;

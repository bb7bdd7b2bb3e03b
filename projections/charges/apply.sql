-- lanes: books

-- name: usage
-- Facts before discounts were known do not say what is due: that is the rounded amount.
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
       (data #>> '{usage,carried}')::numeric, (data #>> '{usage,over}')::numeric, 'usage',
       coalesce((data ->> 'due')::numeric,
                round((data ->> 'amount')::numeric, scale((data ->> 'accrued')::numeric))),
       '1150', coalesce((data ->> 'netted')::boolean, false), coalesce(data -> 'adjustments', '[]'),
       null, null
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'usage.rated/1';

-- name: items
insert into charges
select data ->> 'charge', stream, version, position, occurred_at, recorded_at, data ->> 'entity',
       data ->> 'account', data ->> 'subscription', data ->> 'item', '',
       coalesce(data ->> 'plan', ''), coalesce((data ->> 'plan_version')::integer, 0),
       data ->> 'currency', (data ->> 'period_from')::date, (data ->> 'period_to')::date,
       (data ->> 'rated_to')::date, null, null, (data ->> 'quantity')::numeric,
       (data ->> 'amount')::numeric, (data ->> 'delta')::numeric, (data ->> 'accrued')::numeric,
       (data ->> 'posted')::numeric, (data ->> 'posted_on')::date, 0, 0, 0, 0, '', '[]', 0, 0,
       data ->> 'corrects', data ->> 'tax_code',
       coalesce((data ->> 'tax_inclusive')::boolean, false), data ->> 'revenue_account', '{}', '{}',
       0, 0, null, null, data ->> 'kind', (data ->> 'due')::numeric, data ->> 'clears',
       coalesce((data ->> 'netted')::boolean, false), coalesce(data -> 'adjustments', '[]'),
       (data ->> 'unit')::numeric, nullif(data -> 'exchange', 'null')
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'item.charged/1';

-- name: streams
-- The last charge of the chunk stands; two of one stream in one chunk are common in a rebuild.
insert into charge_streams as t
select distinct on (stream) stream, regexp_replace(charge, '/[^/]*$', ''), kind, clears,
       subscription, item, period_from, period_to, entity, account, currency, charge, version,
       accrued, 0, 0, tax_inclusive, due, 0, 0, group_values, 0
from charges
where position > %(from)s and position <= %(to)s
order by stream, version desc
on conflict (stream) do update set
    clears = excluded.clears, period_to = excluded.period_to, charge = excluded.charge,
    version = excluded.version, accrued = excluded.accrued, due = excluded.due,
    tax_inclusive = excluded.tax_inclusive;

-- name: carried
-- What was accrued, in the currency of the books.
update charge_streams as t
set carried = t.carried + c.booked
from (
    select stream, sum(coalesce((data ->> 'booked')::numeric, (data ->> 'posted')::numeric))
           as booked
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type in ('usage.rated/1', 'item.charged/1')
    group by 1
) as c
where t.stream = c.stream;

-- name: billed
-- A line bills what it clears of the accrual, which is its net unless it says otherwise, and what a
-- concession gave back before. A concession itself makes nothing billable again.
update charge_streams as t
set billed = t.billed + b.billed, lines = t.lines + b.lines, carried = t.carried - b.relieved,
    billed_net = t.billed_net + b.net, billed_gross = t.billed_gross + b.gross
from (
    select c.stream, sum(sign * cleared) as billed, sum(sign * net) as net,
           sum(sign * (net + tax)) as gross, sum(sign * relieved) as relieved, count(*) as lines
    from (
        select line ->> 'charge' as charge,
               case l.type when 'credit_note.issued/1' then -1 else 1 end as sign,
               coalesce((line ->> 'accrued')::numeric, (line ->> 'net')::numeric) as cleared,
               (line ->> 'net')::numeric + coalesce((line ->> 'absorbed')::numeric, 0) as net,
               (line ->> 'tax')::numeric + coalesce((line ->> 'absorbed_tax')::numeric, 0) as tax,
               case when coalesce(line ->> 'clears', '1150') in ('1150', '1160')
                    then coalesce((line ->> 'relieved')::numeric, (line ->> 'accrued')::numeric,
                                  (line ->> 'net')::numeric)
                    else 0 end as relieved
        from ledger.log as l
        cross join lateral jsonb_array_elements(l.data -> 'lines') as line
        where l.lane = %(lane)s and l.position > %(from)s and l.position <= %(to)s
          and (l.type = 'invoice.issued/1'
               or l.type = 'credit_note.issued/1'
                  and l.data ->> 'reason' in ('rerating', 'net_credit'))
    ) as line
    join charges as c on c.charge = line.charge
    group by 1
) as b
where t.stream = b.stream;

-- name: looks
insert into rating_looks
select position, (data #>> '{looked,through}')::date, (data #>> '{looked,read_at}')::bigint,
       data #> '{looked,lanes}', data #>> '{looked,entity}', data #>> '{looked,account}'
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'command.accepted/1' and jsonb_typeof(data -> 'looked') = 'object';

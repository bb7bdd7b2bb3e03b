-- lanes: books

-- name: grants
insert into grants
select data ->> 'grant', data ->> 'account', data ->> 'entity', data ->> 'currency', data ->> 'kind',
       (data ->> 'starts_on')::date, (data ->> 'expires_on')::date, (data ->> 'amount')::numeric,
       (data ->> 'units')::numeric, data ->> 'meter', (data ->> 'price')::numeric,
       (data ->> 'expected_breakage')::numeric, data ->> 'tax_code',
       (data ->> 'top_up_below')::numeric, data ->> 'series',
       coalesce((data ->> 'number')::integer, 1), stream, version, position, occurred_at, 0, 0, 0,
       null, 0, false, null, 0, null, null, 0
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'credit.granted/1';

-- name: drawn
-- The last word of the chunk stands; draws and expiry share the stream and its running breakage.
update grants as g
set version = l.version, breakage = (l.data ->> 'breakage')::numeric,
    used = coalesce((d.data ->> 'amount')::numeric, (d.data ->> 'units')::numeric, g.used),
    cost = coalesce((d.data ->> 'cost')::numeric, g.cost),
    expired = coalesce((e.data ->> 'amount')::numeric, (e.data ->> 'units')::numeric, g.expired),
    cost_worth = coalesce((d.data ->> 'cost_worth')::numeric, g.cost_worth),
    breakage_worth = (l.data ->> 'breakage_worth')::numeric
from (
    select distinct on (stream) stream, version, data
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type in ('credit.drawn/1', 'credit.expired/1')
    order by stream, version desc
) as l
left join lateral (
    select data from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and stream = l.stream and type = 'credit.drawn/1'
    order by version desc limit 1
) as d on true
left join lateral (
    select data from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and stream = l.stream and type = 'credit.expired/1'
    order by version desc limit 1
) as e on true
where g.stream = l.stream;

-- name: exchange
-- All facts that say one of a grant say the same; what facts before it was fixed say is none.
update grants as g
set exchange = said.exchange
from (
    select distinct on (grant_id) grant_id, exchange
    from (
        select case type when 'item.charged/1' then substr(data ->> 'subscription', 7)
                    else data ->> 'grant' end as grant_id, data -> 'exchange' as exchange, position
        from ledger.log
        where lane = %(lane)s and position > %(from)s and position <= %(to)s
          and jsonb_typeof(data -> 'exchange') = 'object'
          and (type = 'item.charged/1' and data ->> 'kind' = 'grant'
               or type in ('credit.drawn/1', 'credit.expired/1')
                  and data ->> 'breakage_worth' is not null)
    ) as l
    order by grant_id, position
) as said
where g.grant_id = said.grant_id and g.exchange is null;

-- name: relieved
-- What draws and breakage took of the liability, as booked.
update grants as g
set carried = g.carried - r.booked, posted = g.posted - r.posted
from (
    select grant_id, sum(booked) as booked,
           sum(case when booked <> 0 then posted else 0 end) as posted
    from (
        select data ->> 'grant' as grant_id, (data ->> 'posted')::numeric as posted,
               coalesce((data ->> 'booked')::numeric, (data ->> 'posted')::numeric) as booked
        from ledger.log
        where lane = %(lane)s and position > %(from)s and position <= %(to)s
          and type in ('credit.drawn/1', 'credit.expired/1')
        union all
        select one ->> 'id', (one ->> 'posted')::numeric,
               coalesce((one ->> 'booked')::numeric, (one ->> 'posted')::numeric)
        from ledger.log as l
        cross join lateral jsonb_array_elements(l.data -> 'adjustments') as one
        where l.lane = %(lane)s and l.position > %(from)s and l.position <= %(to)s
          and l.type in ('usage.rated/1', 'item.charged/1')
          and one ->> 'kind' in ('prepaid', 'units')
    ) as each
    group by 1
) as r
where g.grant_id = r.grant_id;

-- name: charged
update grants as g
set charged = true
from ledger.log as l
where l.lane = %(lane)s and l.position > %(from)s and l.position <= %(to)s
  and l.type = 'item.charged/1' and l.data ->> 'kind' = 'grant'
  and g.grant_id = substr(l.data ->> 'subscription', 7);

-- name: billed
-- A concession lowers revenue, not the liability.
update grants as g
set billed = g.billed + b.net, carried = g.carried + b.booked, posted = g.posted + b.posted
from (
    select grant_id, sum(net) as net, sum(booked) as booked,
           sum(case when booked <> 0 then net else 0 end) as posted
    from (
        select substr(line ->> 'subscription', 7) as grant_id,
               sign * (line ->> 'net')::numeric as net,
               sign * coalesce((line ->> 'relieved')::numeric, (line ->> 'booked')::numeric,
                               (line ->> 'net')::numeric) as booked
        from ledger.log as l
        cross join lateral jsonb_array_elements(l.data -> 'lines') as line
        cross join lateral (
            select case l.type when 'credit_note.issued/1' then -1 else 1 end as sign
        ) as turned
        where l.lane = %(lane)s and l.position > %(from)s and l.position <= %(to)s
          and (l.type = 'invoice.issued/1'
               or l.type = 'credit_note.issued/1'
                  and l.data ->> 'reason' in ('rerating', 'net_credit'))
          and line ->> 'kind' = 'grant'
    ) as line
    group by 1
) as b
where g.grant_id = b.grant_id;

-- name: discounts
insert into discounts
select data ->> 'discount', data ->> 'account', data ->> 'subscription',
       (data ->> 'percent')::numeric, (data ->> 'amount')::numeric, (data ->> 'starts_on')::date,
       (data ->> 'until')::date, array(select jsonb_array_elements_text(data -> 'items')), stream,
       position, occurred_at
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'discount.added/1';

-- name: adjustments
-- A charge names what no longer takes anything off it once, with zero.
insert into adjustments as t
select distinct on (l.stream, one ->> 'kind', one ->> 'id')
       l.stream, one ->> 'kind', one ->> 'id', l.data ->> 'account', l.data ->> 'charge',
       l.data ->> 'subscription', l.data ->> 'item', (l.data ->> 'period_from')::date,
       (l.data ->> 'period_to')::date, l.data ->> 'currency', (one ->> 'amount')::numeric,
       (one ->> 'net')::numeric, (one ->> 'units')::numeric, l.position,
       (one ->> 'worth')::numeric
from ledger.log as l
cross join lateral jsonb_array_elements(l.data -> 'adjustments') as one
where l.lane = %(lane)s and l.position > %(from)s and l.position <= %(to)s
  and l.type in ('usage.rated/1', 'item.charged/1')
order by l.stream, one ->> 'kind', one ->> 'id', l.version desc
on conflict (stream, kind, id) do update set
    charge = excluded.charge, period_to = excluded.period_to, amount = excluded.amount,
    net = excluded.net, units = excluded.units, position = excluded.position,
    worth = excluded.worth;

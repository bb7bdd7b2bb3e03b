-- lanes: books

-- name: lines
-- An entry of many lines is taken apart first: reading each field for each line reads it all again.
insert into journal_lines
with entries as materialized (
    select position, data ->> 'entry' as entry, data ->> 'entity' as entity,
           data ->> 'currency' as currency, (data ->> 'on')::date as posted_on,
           data ->> 'period' as period, data ->> 'rule' as rule, data ->> 'text' as text,
           (data ->> 'service_from')::date as service_from,
           (data ->> 'service_to')::date as service_to, data ->> 'document' as document, stream,
           version, recorded_at, data ->> 'reverses' as reverses, data ->> 'reference' as reference,
           meta ->> 'actor' as actor, data ->> 'approved_by' as approved_by, data -> 'lines' as lines
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'journal.posted/1'
)
select position, number, entry, entity, currency, posted_on, period, rule, text,
       line ->> 'account', (line ->> 'amount')::numeric, line ->> 'customer',
       line ->> 'invoice', (line ->> 'invoice_line')::integer, line ->> 'charge',
       line ->> 'payment', line ->> 'grant', line ->> 'discount', service_from, service_to, document,
       stream, version, recorded_at, line #>> '{foreign,currency}',
       (line #>> '{foreign,amount}')::numeric, line ->> 'counterparty', reverses, reference, actor,
       approved_by
from entries
cross join lateral jsonb_array_elements(lines) with ordinality as l (line, number);

-- name: trial_balance
insert into trial_balance as t
with entries as materialized (
    select data ->> 'entity' as entity, data ->> 'period' as period, data ->> 'currency' as currency,
           data -> 'lines' as lines
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'journal.posted/1'
)
select entity, period, line ->> 'account', min(currency),
       coalesce(sum((line ->> 'amount')::numeric) filter (where (line ->> 'amount')::numeric > 0), 0),
       coalesce(-sum((line ->> 'amount')::numeric) filter (where (line ->> 'amount')::numeric < 0), 0)
from entries
cross join lateral jsonb_array_elements(lines) as line
group by 1, 2, 3
order by 1, 2, 3
on conflict (entity, period, account) do update set
    debit = t.debit + excluded.debit, credit = t.credit + excluded.credit;

-- name: balance_blocks
insert into balance_blocks as t
select position >> 14, entity, posted_on, account, min(currency), sum(greatest(amount, 0)),
       sum(greatest(-amount, 0))
from journal_lines
where position > %(from)s and position <= %(to)s
group by 1, 2, 3, 4
order by 1, 2, 3, 4
on conflict (block, entity, posted_on, account) do update set
    debit = t.debit + excluded.debit, credit = t.credit + excluded.credit;

-- name: periods
-- The last fact about a period says how it stands; digest and at_position are those of its close.
insert into periods as t
select distinct on (stream) data ->> 'entity', data ->> 'period',
       case type when 'period.closed/1' then 'closed'
                 when 'period.reopened/1' then 'reopened' else 'soft_closed' end,
       data ->> 'digest', (data ->> 'position')::bigint, version, position, recorded_at
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type in ('period.soft_closed/1', 'period.closed/1', 'period.reopened/1')
order by stream, version desc
on conflict (entity, period) do update set
    state = excluded.state, digest = excluded.digest, at_position = excluded.at_position,
    version = excluded.version, position = excluded.position, recorded_at = excluded.recorded_at;

-- name: period_changes
insert into period_changes
select data ->> 'entity', data ->> 'period',
       case type when 'period.closed/1' then 'closed'
                 when 'period.reopened/1' then 'reopened' else 'soft_closed' end,
       position, recorded_at, meta ->> 'actor',
       coalesce(data ->> 'reason', meta ->> 'reason'), data ->> 'approved_by'
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type in ('period.soft_closed/1', 'period.closed/1', 'period.reopened/1');

-- name: account_pairs
insert into account_pairs as t
select entity, debit, credit, (array_agg(position order by position))[1:100]
from (
    select f.position, f.data ->> 'entity' as entity, debit, credit
    from ledger.log as f
    cross join lateral (
        select distinct line ->> 'account' from jsonb_array_elements(f.data -> 'lines') as line
        where (line ->> 'amount')::numeric > 0) as debits (debit)
    cross join lateral (
        select distinct line ->> 'account' from jsonb_array_elements(f.data -> 'lines') as line
        where (line ->> 'amount')::numeric < 0) as credits (credit)
    where f.lane = %(lane)s and f.position > %(from)s and f.position <= %(to)s
      and f.type = 'journal.posted/1'
) as pairs
group by entity, debit, credit
order by entity, debit, credit
on conflict (entity, debit, credit) do update set
    first_positions = (t.first_positions || excluded.first_positions)[1:100]
where cardinality(t.first_positions) < 100;

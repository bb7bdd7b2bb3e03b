-- lanes: books

-- name: lines
insert into journal_lines
select position, number, data ->> 'entry', data ->> 'entity', data ->> 'currency',
       (data ->> 'on')::date, data ->> 'period', data ->> 'rule', data ->> 'text',
       line ->> 'account', (line ->> 'amount')::numeric, line ->> 'customer',
       line ->> 'invoice', (line ->> 'invoice_line')::integer, line ->> 'charge',
       line ->> 'payment', line ->> 'grant', line ->> 'discount', (data ->> 'service_from')::date,
       (data ->> 'service_to')::date, data ->> 'document', stream, version, recorded_at,
       line #>> '{foreign,currency}', (line #>> '{foreign,amount}')::numeric,
       line ->> 'counterparty', data ->> 'reverses', data ->> 'reference', meta ->> 'actor',
       data ->> 'approved_by'
from ledger.log
cross join lateral jsonb_array_elements(data -> 'lines') with ordinality as l (line, number)
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'journal.posted/1';

-- name: trial_balance
insert into trial_balance as t
select data ->> 'entity', data ->> 'period', line ->> 'account', min(data ->> 'currency'),
       coalesce(sum((line ->> 'amount')::numeric) filter (where (line ->> 'amount')::numeric > 0), 0),
       coalesce(-sum((line ->> 'amount')::numeric) filter (where (line ->> 'amount')::numeric < 0), 0)
from ledger.log
cross join lateral jsonb_array_elements(data -> 'lines') as line
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'journal.posted/1'
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

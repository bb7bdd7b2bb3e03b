-- lanes: books

-- name: statements
insert into statements
select data ->> 'statement', data ->> 'entity', data ->> 'bank_account', data ->> 'number',
       data ->> 'sequence', data ->> 'currency', (data ->> 'opened_on')::date,
       (data ->> 'closed_on')::date, (data ->> 'opening')::numeric, (data ->> 'closing')::numeric,
       (data ->> 'credits')::numeric, (data ->> 'debits')::numeric,
       (data ->> 'matched_count')::integer, (data ->> 'matched_total')::numeric,
       (data ->> 'excepted_count')::integer, (data ->> 'excepted_total')::numeric,
       (data ->> 'duplicate_count')::integer, (data ->> 'duplicate_total')::numeric,
       position, recorded_at
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'statement.imported/1';

-- name: entries
insert into statement_entries
select data ->> 'entry', data ->> 'statement', data ->> 'entity', data ->> 'bank_account',
       data ->> 'currency', (data ->> 'amount')::numeric, (data ->> 'booked_on')::date,
       (data ->> 'valued_on')::date, data ->> 'bank_reference',
       case type when 'statement_entry.matched/1' then 'matched' else 'excepted' end,
       data ->> 'why', data ->> 'detail', data ->> 'kind', data ->> 'document', data ->> 'account',
       stream, position, recorded_at
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type in ('statement_entry.matched/1', 'statement_entry.excepted/1');

-- name: settled
-- An entry is settled once, after it was excepted; both may stand in one chunk.
update statement_entries as t
set state = 'settled', how = data ->> 'how', document = data ->> 'document',
    account = data ->> 'account'
from ledger.log
where lane = %(lane)s and log.position > %(from)s and log.position <= %(to)s
  and type = 'statement_entry.settled/1' and t.entry = data ->> 'entry';

-- name: bank_accounts
-- The first entity stays; an import that was cut off has entries, and an empty one but itself.
insert into bank_accounts
select distinct on (data ->> 'bank_account')
       data ->> 'bank_account', data ->> 'entity', position
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type in ('statement.imported/1', 'statement_entry.matched/1', 'statement_entry.excepted/1')
order by 1, position
on conflict (bank_account) do update set entity = excluded.entity, position = excluded.position
where excluded.position < bank_accounts.position;

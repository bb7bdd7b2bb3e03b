-- name: statements
-- A page of bank statements after a position, with how many of their entries are still open, and
-- whether each begins with what the one before it of the same bank account ended with.
select statement, entity, bank_account, number, sequence, currency, opened_on, closed_on, opening,
       closing, credits, debits, matched_count, matched_total, excepted_count, excepted_total,
       duplicate_count, duplicate_total, position, recorded_at,
       coalesce(opening = (
           select b.closing
           from statements as b
           where b.bank_account = s.bank_account
             and (b.closed_on, b.opened_on, b.statement) < (s.closed_on, s.opened_on, s.statement)
           order by b.closed_on desc, b.opened_on desc, b.statement desc
           limit 1
       ), true) as follows,
       (select count(*) from statement_entries as e
        where e.statement = s.statement and e.state = 'excepted')::integer as open_count
from statements as s
where (%(entity)s::text is null or entity = %(entity)s) and position > %(after)s
order by position
limit %(limit)s;

-- name: exceptions
-- A page of entries after a position that somebody has still to look at.
select entry, statement, entity, bank_account, currency, amount, booked_on, valued_on,
       bank_reference, state, why, detail, how, document, account, stream, position, recorded_at
from statement_entries
where state = 'excepted' and (%(entity)s::text is null or entity = %(entity)s)
  and position > %(after)s
order by position
limit %(limit)s;

-- name: entry
-- One entry by its id.
select entry, statement, entity, bank_account, currency, amount, booked_on, valued_on,
       bank_reference, state, why, detail, how, document, account, stream, position, recorded_at
from statement_entries
where entry = %(entry)s;

-- name: entries_of_documents
-- The entries that were found to be these payments, payouts, refunds or journal entries.
select entry, statement, entity, bank_account, currency, amount, booked_on, valued_on,
       bank_reference, state, why, detail, how, document, account, stream, position, recorded_at
from statement_entries
where document = any(%(documents)s)
order by position;

-- name: bank_accounts
-- Whose these bank accounts are: of the entity whose statement was the first to be imported.
select bank_account, entity
from bank_accounts
where bank_account = any(%(bank_accounts)s)
order by bank_account;

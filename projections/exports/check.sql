-- name: members_equal_documents
-- An entry is sealed once per target, by the document that names it.
select target, external_id, cardinality(d.members) as named, m.members as kept
from export_documents as d
full join (select target, external_id, count(*) as members
           from export_members group by 1, 2) as m using (target, external_id)
where cardinality(d.members) is distinct from m.members
limit 100;

-- name: members_or_pending
-- Every journal entry of an entity with a profile is either sealed or pending, per target.
with entries as (
    select f.target, l.position
    from (select distinct target, entity from export_profiles) as f
    join journal_lines as l on l.entity = f.entity and l.line = 1
)
select target, position, m.external_id, p.position is not null as pending
from entries
full join export_members as m using (target, position)
full join export_pending as p using (target, position)
where (m.external_id is null) = (p.position is null)
limit 100;

-- name: documents_balance
-- Debits equal credits in every document.
select d.target, d.external_id, sum((line ->> 'debit')::numeric) as debit,
       sum((line ->> 'credit')::numeric) as credit
from export_documents as d
cross join lateral jsonb_array_elements(d.lines) as line
group by 1, 2
having sum((line ->> 'debit')::numeric) <> sum((line ->> 'credit')::numeric)
limit 100;

-- name: documents_carry_their_entries
-- A document's lines say, per account, what its journal entries say.
with told as (
    select d.target, d.external_id, line ->> 'account' as account,
           sum((line ->> 'debit')::numeric - (line ->> 'credit')::numeric) as amount
    from export_documents as d
    cross join lateral jsonb_array_elements(d.lines) as line
    group by 1, 2, 3
), posted as (
    select m.target, m.external_id, l.account, sum(l.amount) as amount
    from export_members as m
    join journal_lines as l on l.position = m.position
    group by 1, 2, 3
)
select target, external_id, account, told.amount as amount_told, posted.amount as amount_posted
from told full join posted using (target, external_id, account)
where coalesce(told.amount, 0) <> coalesce(posted.amount, 0)
limit 100;

-- name: revisions_run_from_one
-- The revisions of a document run from 1 without a gap.
select target, external_id, count(*) as revisions, max(revision) as last
from export_revisions
group by 1, 2
having count(*) <> max(revision) or min(revision) <> 1
limit 100;

-- lanes: books

-- name: mappings
insert into account_mappings
select data ->> 'target', data ->> 'entity', data ->> 'account', data ->> 'erp_account',
       coalesce(data -> 'dimensions', '{}'), (data ->> 'starts_on')::date, stream, version,
       position
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'account.mapped/1';

-- name: profiles
insert into export_profiles
select data ->> 'target', data ->> 'entity', version, data -> 'profile', stream, position
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'export_profile.set/1';

-- name: pending_before
-- A target that gets its first profile for an entity is told of everything posted before, too.
insert into export_pending
select p.target, p.entity, (l.data ->> 'on')::date, l.position
from (
    select distinct data ->> 'target' as target, data ->> 'entity' as entity
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'export_profile.set/1' and version = 1
) as p
join ledger.log as l
  on l.lane = 0 and l.data ->> 'entity' = p.entity and l.position <= %(from)s
 and l.type >= 'journal.posted/' and l.type < 'journal.posted0'
 and l.type = 'journal.posted/1';

-- name: pending
insert into export_pending
select distinct p.target, p.entity, (l.data ->> 'on')::date, l.position
from ledger.log as l
join export_profiles as p on p.entity = l.data ->> 'entity' and p.version = 1
where l.lane = %(lane)s and l.position > %(from)s and l.position <= %(to)s
  and l.type = 'journal.posted/1';

-- name: documents
insert into export_documents
select data ->> 'target', data ->> 'external_id', data ->> 'entity', data ->> 'short_ref',
       data ->> 'kind', data ->> 'profile', data ->> 'account_class', data ->> 'currency',
       (data ->> 'posting_date')::date, data ->> 'posting_period', data ->> 'service_period',
       data ->> 'document',
       array(select jsonb_array_elements_text(data -> 'members')::bigint),
       data ->> 'member_digest', data -> 'lines', (data ->> 'total')::numeric,
       array(select jsonb_array_elements_text(coalesce(data -> 'depends_on', '[]'))),
       stream, version, position, recorded_at
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'export.sealed/1';

-- name: members
insert into export_members
select data ->> 'target', member::bigint, data ->> 'external_id'
from ledger.log
cross join lateral jsonb_array_elements_text(data -> 'members') as member
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'export.sealed/1';

-- name: pending_sealed
delete from export_pending as t
using ledger.log as l
cross join lateral jsonb_array_elements_text(l.data -> 'members') as member
where l.lane = %(lane)s and l.position > %(from)s and l.position <= %(to)s
  and l.type = 'export.sealed/1'
  and t.target = l.data ->> 'target' and t.position = member::bigint;

-- name: counters
insert into export_counters as t
select data ->> 'entity', count(*)
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'export.sealed/1'
group by 1
order by 1
on conflict (entity) do update set sealed = t.sealed + excluded.sealed;

-- name: revisions
insert into export_revisions
select data ->> 'target', position, data ->> 'external_id', (data ->> 'revision')::integer,
       data ->> 'entity', (data ->> 'erp_date')::date, data -> 'content', data ->> 'sha256',
       data ->> 'approved_by', recorded_at
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'export.offered/1';

-- name: offered
update export_documents as t
set revision = o.revision, erp_date = o.erp_date, sha256 = o.sha256, offered = o.position
from (
    select distinct on (data ->> 'target', data ->> 'external_id')
           data ->> 'target' as target, data ->> 'external_id' as external_id,
           (data ->> 'revision')::integer as revision, (data ->> 'erp_date')::date as erp_date,
           data ->> 'sha256' as sha256, position
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'export.offered/1'
    order by 1, 2, position desc
) as o
where t.target = o.target and t.external_id = o.external_id;

-- name: rejected
update export_documents as t
set rejected = r.position, reject_code = r.code, reject_message = r.message, reject_line = r.line,
    disposition = r.disposition
from (
    select distinct on (data ->> 'target', data ->> 'external_id')
           data ->> 'target' as target, data ->> 'external_id' as external_id,
           data ->> 'code' as code, data ->> 'message' as message,
           (data ->> 'line')::integer as line, data ->> 'disposition' as disposition, position
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'export.rejected/1'
    order by 1, 2, position desc
) as r
where t.target = r.target and t.external_id = r.external_id;

-- name: acknowledged
update export_documents as t
set acknowledged = l.position, erp_document_id = l.data ->> 'erp_document_id',
    erp_number = l.data ->> 'erp_number',
    erp_posting_date = (l.data ->> 'erp_posting_date')::date,
    erp_period = l.data ->> 'erp_period', erp_amount = (l.data ->> 'erp_amount')::numeric,
    differs = array(select jsonb_array_elements_text(coalesce(l.data -> 'differs', '[]')))
from ledger.log as l
where l.lane = %(lane)s and l.position > %(from)s and l.position <= %(to)s
  and l.type = 'export.acknowledged/1'
  and t.target = l.data ->> 'target' and t.external_id = l.data ->> 'external_id';

-- name: mappings
-- Every version of every account mapping of a target.
select target, entity, account, erp_account, dimensions, starts_on, stream, version, position
from account_mappings
where target = %(target)s and (%(entity)s::text is null or entity = %(entity)s)
order by entity, account, version;

-- name: profiles
-- The profile in force of every entity of a target, or of every target.
select distinct on (target, entity) target, entity, version, profile, stream, position
from export_profiles
where (%(target)s::text is null or target = %(target)s)
  and (%(entity)s::text is null or entity = %(entity)s)
order by target, entity, version desc;

-- name: unsealed
-- The journal entries of an entity that a target was not told of, up to an accounting date.
select p.position, l.leaf, l.stream, l.version, l.data
from export_pending as p
join ledger.log as l on l.lane = 0 and l.position = p.position
where p.target = %(target)s and p.entity = %(entity)s and p.posted_on <= %(through)s
order by p.position;

-- name: held
-- The sealed documents of a target that were never offered: a mapping was missing.
select target, external_id, entity, short_ref, kind, profile, account_class, currency, posting_date,
       posting_period, service_period, document, members, member_digest, lines, total, depends_on,
       stream, version, position, sealed_at, revision, erp_date, sha256, offered, acknowledged,
       erp_document_id, erp_number, erp_posting_date, erp_period, erp_amount, differs, rejected,
       reject_code, reject_message, reject_line, disposition, state
from export_documents
where target = %(target)s and acknowledged is null and offered is null
order by position;

-- name: documents
-- A page of the documents of a target after a position, oldest first.
select target, external_id, entity, short_ref, kind, profile, account_class, currency, posting_date,
       posting_period, service_period, document, members, member_digest, lines, total, depends_on,
       stream, version, position, sealed_at, revision, erp_date, sha256, offered, acknowledged,
       erp_document_id, erp_number, erp_posting_date, erp_period, erp_amount, differs, rejected,
       reject_code, reject_message, reject_line, disposition, state
from export_documents
where target = %(target)s and position > %(after)s
  and (%(state)s::text is null or state = %(state)s)
order by position
limit %(limit)s;

-- name: documents_by_id
-- The documents of a target by their external ids.
select target, external_id, entity, short_ref, kind, profile, account_class, currency, posting_date,
       posting_period, service_period, document, members, member_digest, lines, total, depends_on,
       stream, version, position, sealed_at, revision, erp_date, sha256, offered, acknowledged,
       erp_document_id, erp_number, erp_posting_date, erp_period, erp_amount, differs, rejected,
       reject_code, reject_message, reject_line, disposition, state
from export_documents
where target = %(target)s and external_id = any(%(external_ids)s)
order by position;

-- name: outstanding
-- A page of what was offered to a target and not acknowledged, oldest first.
select target, external_id, entity, short_ref, kind, profile, account_class, currency, posting_date,
       posting_period, service_period, document, members, member_digest, lines, total, depends_on,
       stream, version, position, sealed_at, revision, erp_date, sha256, offered, acknowledged,
       erp_document_id, erp_number, erp_posting_date, erp_period, erp_amount, differs, rejected,
       reject_code, reject_message, reject_line, disposition, state
from export_documents
where target = %(target)s and acknowledged is null and offered is not null
  and position > %(after)s
order by position
limit %(limit)s;

-- name: documents_of_entries
-- The documents, of every target, that sealed the journal entries at these positions.
select m.position as member, d.target, d.external_id, d.entity, d.short_ref, d.kind, d.profile, d.account_class, d.currency, d.posting_date,
       d.posting_period, d.service_period, d.document, d.members, d.member_digest, d.lines, d.total, d.depends_on,
       d.stream, d.version, d.position, d.sealed_at, d.revision, d.erp_date, d.sha256, d.offered, d.acknowledged,
       d.erp_document_id, d.erp_number, d.erp_posting_date, d.erp_period, d.erp_amount, d.differs, d.rejected,
       d.reject_code, d.reject_message, d.reject_line, d.disposition, d.state
from export_members as m
join export_documents as d on d.target = m.target and d.external_id = m.external_id
where m.position = any(%(positions)s)
order by m.position, d.target;

-- name: feed
-- A page of the target's feed: offered revisions in the order in which they were offered.
select r.position, r.target, r.external_id, r.revision, r.entity, r.erp_date, r.content, r.sha256,
       r.approved_by, r.offered_at, d.short_ref, d.kind
from export_revisions as r
join export_documents as d on d.target = r.target and d.external_id = r.external_id
where r.target = %(target)s and r.position > %(after)s
order by r.position
limit %(limit)s;

-- name: revision
-- One revision of a document, by default the one in force.
select r.position, r.target, r.external_id, r.revision, r.entity, r.erp_date, r.content, r.sha256,
       r.approved_by, r.offered_at, d.short_ref, d.kind
from export_revisions as r
join export_documents as d on d.target = r.target and d.external_id = r.external_id
where r.target = %(target)s and r.external_id = %(external_id)s
  and r.revision = coalesce(%(revision)s, d.revision);

-- name: counters
-- How many documents were sealed for each of the entities named.
select e.entity, coalesce(c.sealed, 0) as sealed
from unnest(%(entities)s::text[]) as e (entity)
left join export_counters as c on c.entity = e.entity
order by e.entity;

-- name: revisions_in_force
-- The revisions in force of the documents named, of one target.
select r.position, r.target, r.external_id, r.revision, r.entity, r.erp_date, r.content, r.sha256,
       r.approved_by, r.offered_at, d.short_ref, d.kind
from export_documents as d
join export_revisions as r
  on r.target = d.target and r.external_id = d.external_id and r.revision = d.revision
where d.target = %(target)s and d.external_id = any(%(external_ids)s)
order by r.position;

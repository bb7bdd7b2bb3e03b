-- What the ERP was told: mappings, profiles, sealed documents, their revisions and its answers.

-- name: account_mappings
-- Every version; on a posting date the latest that starts by then holds.
create table account_mappings (
    target      text not null,
    entity      text not null,
    account     text not null,
    erp_account text not null,
    dimensions  jsonb not null,
    starts_on   date not null,
    stream      uuid not null,
    version     integer not null,
    position    bigint not null,
    primary key (target, entity, account, version)
);

-- name: export_profiles
create table export_profiles (
    target   text not null,
    entity   text not null,
    version  integer not null,
    profile  jsonb not null,
    stream   uuid not null,
    position bigint not null,
    primary key (target, entity, version)
);

-- name: export_pending
-- The journal entries that a target will be told of but which no document has sealed yet.
create table export_pending (
    target    text not null,
    entity    text not null,
    posted_on date not null,
    position  bigint not null,
    primary key (target, position)
);

-- name: export_pending_day
create index on export_pending (target, entity, posted_on);

-- name: export_members
create table export_members (
    target      text not null,
    position    bigint not null,
    external_id text not null,
    primary key (target, position)
);

-- name: export_members_position
create index on export_members (position);

-- name: export_documents
create table export_documents (
    target           text not null,
    external_id      text not null,
    entity           text not null,
    short_ref        text not null,
    kind             text not null,
    profile          text not null,
    account_class    text not null,
    currency         text not null,
    posting_date     date not null,
    posting_period   text not null,
    service_period   text,
    document         text,
    members          bigint[] not null,
    member_digest    text not null,
    lines            jsonb not null,
    total            numeric not null,
    depends_on       text[] not null,
    stream           uuid not null,
    version          integer not null,
    position         bigint not null,
    sealed_at        timestamptz not null,
    revision         integer,
    erp_date         date,
    sha256           text,
    offered          bigint,
    acknowledged     bigint,
    erp_document_id  text,
    erp_number       text,
    erp_posting_date date,
    erp_period       text,
    erp_amount       numeric,
    differs          text[],
    rejected         bigint,
    reject_code      text,
    reject_message   text,
    reject_line      integer,
    disposition      text,
    state            text generated always as (
        case when acknowledged is not null then 'acknowledged'
             when rejected > offered then 'rejected'
             when offered is not null then 'offered'
             else 'sealed' end) stored,
    primary key (target, external_id)
);

-- name: export_documents_feed
create index on export_documents (target, position);

-- name: export_documents_outstanding
create index on export_documents (target, position) where acknowledged is null;

-- name: export_documents_trouble
create index on export_documents (target, position)
    where rejected > offered and acknowledged is null or differs <> '{}';

-- name: export_documents_entity
create index on export_documents (entity, posting_date);

-- name: export_revisions
create table export_revisions (
    target      text not null,
    position    bigint not null,
    external_id text not null,
    revision    integer not null,
    entity      text not null,
    erp_date    date not null,
    content     jsonb not null,
    sha256      text not null,
    approved_by text,
    offered_at  timestamptz not null,
    primary key (target, position)
);

-- name: export_revisions_document
create unique index on export_revisions (target, external_id, revision);

-- name: export_counters
-- How many documents were sealed for an entity: the counter in short_ref.
create table export_counters (
    entity text primary key,
    sealed bigint not null
);

-- The log: one append-only table of facts, its heads, and the privileges that keep it so.
-- Runs as the migration login, as the role ledger_owner, inside one transaction.

create schema if not exists ledger;   -- the list of migrations may have come first

-- Lane 0 is the books; lanes 1 and on are usage. The head row is the lock and the dense counter.
create table ledger.log_heads (
    lane        smallint    primary key check (lane >= 0),
    position    bigint      not null default 0 check (position >= 0),
    recorded_at timestamptz not null default '2000-01-01 00:00:00+00'
) with (fillfactor = 50);

-- Tells whether the lines of a journal entry sum to zero, none of them zero, at least two of them.
create function ledger.journal_balances(data jsonb) returns boolean
    language sql immutable parallel safe
    return (
        select count(*) >= 2 and sum(amount) = 0 and bool_and(coalesce(amount, 0) <> 0)
        from (select (line ->> 'amount')::numeric as amount
              from jsonb_array_elements(data -> 'lines') as line) as lines
    );

create table ledger.log (
    lane        smallint    not null,
    position    bigint      not null check (position > 0),
    stream      uuid        not null,
    version     integer     not null check (version >= 0),
    type        text        collate "C" not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    data        jsonb       not null,
    meta        jsonb       not null,
    content     bytea       not null check (octet_length(content) = 32),
    leaf        bytea       not null check (octet_length(leaf) = 32),
    primary key (lane, position),
    unique (stream, version),
    constraint journal_entries_balance check (
        case when lane = 0 and starts_with(type, 'journal.posted/')
             then ledger.journal_balances(data) is true
             else true end)
);

-- The guard of close_period: the last entry posted into an (entity, period).
create index log_journal_period on ledger.log ((data ->> 'entity'), (data ->> 'period'), position)
    where lane = 0 and type >= 'journal.posted/' and type < 'journal.posted0';

-- The facts of one run, found by its key (command.accepted lists them only while they are few).
create index log_run_key on ledger.log ((meta ->> 'run'), position) where lane = 0 and meta ? 'run';

-- Dead letters: raw bytes that could not become facts. Whether one was replayed is a fact.
create table ledger.dead_letters (
    id           uuid        primary key,
    lane         smallint    not null,
    flush        uuid        not null,      -- the stream of the usage.received fact that counts it
    source       text        not null,
    day          date        not null,
    event_id     text,
    account      text,
    code         text        not null,
    detail       text        not null,
    format       text        not null,      -- how to read raw again: cloudevents, focus, command
    raw          bytea       not null,
    received_at  timestamptz not null
);
create index dead_letters_code on ledger.dead_letters (code, received_at);

-- Personal data, kept apart from the facts so that it can be erased; one row per version.
create table ledger.personal_data (
    account     text        not null,
    version     integer     not null,
    hmac_key    bytea       not null,
    name        text        not null,
    address     text,
    vat_id      text,
    recorded_at timestamptz not null,
    primary key (account, version)
);

-- API keys: the hash of a secret that was shown once.
create table ledger.api_keys (
    id          text        primary key,
    secret_hash bytea       not null,
    role        text        not null,
    account     text,
    name        text,
    created_by  text        not null,
    created_at  timestamptz not null default now(),
    revoked_at  timestamptz,
    check ((role = 'portal') = (account is not null))
);

-- Which build of each projection is live, and how far every build has folded every lane.
create table ledger.builds (
    build        text        primary key,   -- the name of its schema
    projection   text        not null,
    checksum     text        not null,      -- of its folder
    state        text        not null check (state in ('building', 'verified', 'live', 'retired', 'stopped', 'cancelled')),
    created_at   timestamptz not null default now(),
    stopped_lane smallint,
    stopped_at   bigint,
    error        text
);
create table ledger.active_builds (
    projection text primary key,
    build      text not null references ledger.builds
);
create table ledger.cursors (
    build    text     not null references ledger.builds,
    lane     smallint not null,
    position bigint   not null default 0,
    primary key (build, lane)
) with (fillfactor = 50);

insert into ledger.log_heads (lane) values (0), (1);

-- Second belt, on plain PostgreSQL only: even the owner needs to drop this first.
create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'The log is append-only: % on % is refused.', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;
create trigger log_is_append_only before update or delete or truncate on ledger.log
    for each statement execute function ledger.refuse_change();

-- Each transaction begins as the bare login, in one statement that reads active_builds for the
-- search path and takes a role: so everyone may read which builds are live, and nothing else.
grant usage on schema ledger to public;
grant select on ledger.active_builds to public;

-- The projector makes a schema for each build.
do $$ begin
    execute format('grant create on database %I to ledger_projector', current_database());
end $$;

grant select, insert on ledger.log to ledger_writer;
grant select, insert on ledger.log_heads to ledger_writer;
grant update (position, recorded_at) on ledger.log_heads to ledger_writer;
grant select, insert on ledger.dead_letters, ledger.personal_data, ledger.api_keys to ledger_writer;
grant update (revoked_at) on ledger.api_keys to ledger_writer;
grant select on ledger.builds, ledger.active_builds, ledger.cursors to ledger_writer;
grant select on ledger.log, ledger.log_heads to ledger_projector;
grant select, insert, update, delete on ledger.builds, ledger.active_builds, ledger.cursors to ledger_projector;
grant select on all tables in schema ledger to ledger_reader;
revoke select on ledger.api_keys, ledger.personal_data from ledger_reader;
grant select (account, version, name, address, vat_id) on ledger.personal_data to ledger_reader;
grant select (id, role, account, name, created_by, created_at, revoked_at) on ledger.api_keys to ledger_reader;
revoke execute on all functions in schema ledger from public;
grant execute on function ledger.journal_balances(jsonb) to ledger_writer, ledger_projector, ledger_reader;

-- Bank statements that were imported, and what became of each of their entries.

-- name: statements
create table statements (
    statement       text not null,
    entity          text not null,
    bank_account    text not null,
    number          text not null,
    sequence        text not null,
    currency        text not null,
    opened_on       date not null,
    closed_on       date not null,
    opening         numeric not null,
    closing         numeric not null,
    credits         numeric not null,
    debits          numeric not null,
    matched_count   integer not null,
    matched_total   numeric not null,
    excepted_count  integer not null,
    excepted_total  numeric not null,
    duplicate_count integer not null,
    duplicate_total numeric not null,
    position        bigint not null,
    recorded_at     timestamptz not null,
    primary key (statement)
);

-- name: statements_account
create index on statements (bank_account, closed_on, opened_on, statement);

-- name: statement_entries
-- state: matched, excepted (open) or settled (how: captured, posted, outside).
create table statement_entries (
    entry          text not null,
    statement      text not null,
    entity         text not null,
    bank_account   text not null,
    currency       text not null,
    amount         numeric not null,
    booked_on      date not null,
    valued_on      date not null,
    bank_reference text,
    state          text not null,
    why            text,
    detail         text,
    how            text,
    document       text,
    account        text,
    stream         uuid not null,
    position       bigint not null,
    recorded_at    timestamptz not null,
    primary key (entry)
);

-- name: statement_entries_statement
create index on statement_entries (statement, position);

-- name: statement_entries_open
create index on statement_entries (position) where state = 'excepted';

-- name: statement_entries_document
create index on statement_entries (document) where document is not null;

-- name: bank_accounts
-- The entity whose statement of a bank account was the first to be imported, at this position.
create table bank_accounts (
    bank_account text not null,
    entity       text not null,
    position     bigint not null,
    primary key (bank_account)
);

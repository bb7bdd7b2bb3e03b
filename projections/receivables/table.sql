-- Open items per invoice, balances per account, and payments.

-- name: open_items
create table open_items (
    number    text primary key,
    entity    text not null,
    account   text not null,
    currency  text not null,
    issued_on date not null,
    due_on    date not null,
    total     numeric not null,
    applied   numeric not null,
    credited  numeric not null,
    open      numeric not null,
    position  bigint not null
);

-- name: open_items_account
create index on open_items (account, due_on, number);

-- name: open_items_entity
create index on open_items (entity, due_on, number) where open <> 0;

-- name: balances
-- What the account owes, what it paid that no invoice took, and what we owe it.
create table balances (
    account    text primary key,
    entity     text not null,
    currency   text not null,
    receivable numeric not null,
    unapplied  numeric not null,
    credit     numeric not null
);

-- name: balances_entity
create index on balances (entity, account);

-- name: payments
create table payments (
    payment      text primary key,
    entity       text not null,
    account      text not null,
    currency     text not null,
    amount       numeric not null,
    paid_on      date not null,
    via          text not null,
    unapplied    numeric not null,
    applications jsonb not null,
    stream       uuid not null,
    version      integer not null,
    position     bigint not null,
    recorded_at  timestamptz not null
);

-- name: payments_account
create index on payments (account, position);

-- name: portal_open_items
alter table open_items enable row level security;

-- name: portal_open_items_own
create policy own on open_items for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_open_items_staff
create policy staff on open_items for select to ledger_reader, ledger_writer using (true);

-- name: portal_balances
alter table balances enable row level security;

-- name: portal_balances_own
create policy own on balances for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_balances_staff
create policy staff on balances for select to ledger_reader, ledger_writer using (true);

-- name: portal_payments
alter table payments enable row level security;

-- name: portal_payments_own
create policy own on payments for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_payments_staff
create policy staff on payments for select to ledger_reader, ledger_writer using (true);

-- name: portal_grant
grant select on open_items, balances, payments to ledger_portal;

-- What customers owe: every entry of the sub-ledger, and what it comes to per invoice, payment and
-- account; disputes, the allowance, and reminders.

-- name: receivable_entries
-- The sub-ledger line by line: any state of any day, as known at any position, is a sum over it.
-- What is carried is worth so much in the currency of the books; where that is nothing, the journal
-- says nothing of it.
create table receivable_entries (
    position    bigint not null,
    place       integer not null,
    account     text not null,
    entity      text not null,
    currency    text not null,
    day         date not null,
    kind        text not null,
    document    text not null,
    invoice     text,
    payment     text,
    receivable  numeric not null,
    disputed    numeric not null,
    unapplied   numeric not null,
    credit      numeric not null,
    written_off numeric not null,
    receivable_carried numeric not null,
    disputed_carried   numeric not null,
    unapplied_carried  numeric not null,
    credit_carried     numeric not null,
    primary key (position, place)
);

-- name: receivable_entries_account
create index on receivable_entries (account, position, place);

-- name: receivable_entries_entity
create index on receivable_entries (entity, account);

-- name: receivable_entries_payment
create index on receivable_entries (payment) where payment is not null;

-- name: receivable_entries_reversal
create index on receivable_entries (document) where kind = 'reversal';

-- name: open_items
create table open_items (
    number      text primary key,
    entity      text not null,
    account     text not null,
    currency    text not null,
    issued_on   date not null,
    due_on      date not null,
    total       numeric not null,
    applied     numeric not null,
    credited    numeric not null,
    disputed    numeric not null,
    written_off numeric not null,
    open        numeric not null,
    position    bigint not null
);

-- name: open_items_account
create index on open_items (account, due_on, number);

-- name: open_items_entity
create index on open_items (entity, due_on, number) where open <> 0;

-- name: balances
-- What the account owes, what its bank disputes, what it paid that no invoice took, and what we
-- owe it.
create table balances (
    account    text primary key,
    entity     text not null,
    currency   text not null,
    receivable numeric not null,
    disputed   numeric not null,
    unapplied  numeric not null,
    credit     numeric not null
);

-- name: balances_entity
create index on balances (entity, account);

-- name: payments
-- unapplied is what no invoice took so far, disputed what an open dispute claims.
create table payments (
    payment     text primary key,
    entity      text not null,
    account     text not null,
    currency    text not null,
    amount      numeric not null,
    paid_on     date not null,
    via         text not null,
    unapplied   numeric not null,
    disputed    numeric not null,
    returned    numeric not null,
    stream      uuid not null,
    version     integer not null,
    position    bigint not null,
    recorded_at timestamptz not null
);

-- name: payments_account
create index on payments (account, position);

-- name: payments_unapplied
create index on payments (entity, account, position) where unapplied <> 0;

-- name: payment_failures
create table payment_failures (
    payment     text not null,
    version     integer not null,
    entity      text not null,
    account     text not null,
    currency    text not null,
    amount      numeric not null,
    failed_on   date not null,
    code        text not null,
    position    bigint not null,
    recorded_at timestamptz not null,
    primary key (payment, version)
);

-- name: payment_failures_account
create index on payment_failures (account, position);

-- name: disputes
create table disputes (
    dispute   text primary key,
    payment   text not null,
    entity    text not null,
    account   text not null,
    currency  text not null,
    amount    numeric not null,
    fee       numeric not null,
    opened_on date not null,
    closed_on date,
    outcome   text,
    position  bigint not null
);

-- name: disputes_account
create index on disputes (account, position);

-- name: allowances
-- account is '' for the general part.
create table allowances (
    entity   text not null,
    account  text not null,
    currency text not null,
    amount   numeric not null,
    primary key (entity, account)
);

-- name: dunning_steps
create table dunning_steps (
    invoice      text not null,
    version      integer not null,
    entity       text not null,
    account      text not null,
    currency     text not null,
    reminded_on  date not null,
    step         integer not null,
    name         text not null,
    days         integer not null,
    days_overdue integer not null,
    due_on       date not null,
    open         numeric not null,
    position     bigint not null,
    recorded_at  timestamptz not null,
    primary key (invoice, version)
);

-- name: dunning_steps_position
create unique index on dunning_steps (position);

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

-- name: portal_receivable_entries
alter table receivable_entries enable row level security;

-- name: portal_receivable_entries_own
create policy own on receivable_entries for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_receivable_entries_staff
create policy staff on receivable_entries for select to ledger_reader, ledger_writer using (true);

-- name: portal_grant
grant select on open_items, balances, payments, receivable_entries to ledger_portal;

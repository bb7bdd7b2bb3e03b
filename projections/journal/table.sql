-- Every journal line with what it came from, and the trial balance per month.

-- name: journal_lines
create table journal_lines (
    position     bigint not null,
    line         integer not null,
    entry        text not null,
    entity       text not null,
    currency     text not null,
    posted_on    date not null,
    period       text not null,
    rule         text not null,
    text         text not null,
    account      text not null,
    amount       numeric not null,
    customer     text,
    invoice      text,
    invoice_line integer,
    charge       text,
    payment      text,
    grant_id     text,
    discount     text,
    service_from date,
    service_to   date,
    document     text,
    stream       uuid not null,
    version      integer not null,
    recorded_at  timestamptz not null,
    foreign_currency text,
    foreign_amount   numeric,
    counterparty text,
    reverses     text,
    reference    text,
    actor        text,
    approved_by  text,
    primary key (position, line)
);

-- name: journal_lines_charge
create index on journal_lines (charge) where charge is not null;

-- name: journal_lines_invoice
create index on journal_lines (invoice, invoice_line) where invoice is not null;

-- name: journal_lines_payment
create index on journal_lines (payment) where payment is not null;

-- name: journal_lines_grant
create index on journal_lines (grant_id) where grant_id is not null;

-- name: journal_lines_discount
create index on journal_lines (discount) where discount is not null;

-- name: journal_lines_day
create index on journal_lines (entity, posted_on, account);

-- name: journal_lines_account
create index on journal_lines (account, position);

-- name: journal_lines_foreign
-- Positions in other currencies, in the order in which they are paged through; 1100 is by invoice.
create index on journal_lines (
    entity, foreign_currency, account, coalesce(customer, ''), coalesce(counterparty, ''),
    (case account when '1100' then coalesce(invoice, '') else '' end)
) where foreign_currency is not null;

-- name: journal_lines_ledger
-- The general ledger: an account's lines by their dates.
create index on journal_lines (entity, account, posted_on, position, line);

-- name: journal_lines_customer
-- The same of one customer.
create index on journal_lines (customer, account, posted_on, position, line)
    where customer is not null;

-- name: journal_lines_reverses
-- From an entry to the one that takes it back.
create index on journal_lines (reverses) where reverses is not null;

-- name: journal_lines_cut_off
-- The few lines whose service is not within the month of their posting.
create index on journal_lines (position, line)
    where service_from < date_trunc('month', posted_on::timestamp)
       or service_to > date_trunc('month', posted_on::timestamp) + interval '1 month';

-- name: trial_balance
create table trial_balance (
    entity   text not null,
    period   text not null,
    account  text not null,
    currency text not null,
    debit    numeric not null,
    credit   numeric not null,
    primary key (entity, period, account)
);

-- name: balance_blocks
-- The balances of every block of 16,384 positions, by accounting date: the books as they stood at a
-- position are the blocks before its own, and the lines of that one.
create table balance_blocks (
    block     bigint not null,
    entity    text not null,
    posted_on date not null,
    account   text not null,
    currency  text not null,
    debit     numeric not null,
    credit    numeric not null,
    primary key (block, entity, posted_on, account)
);

-- name: periods
-- How each period stands that was ever closed, soft or for good: soft_closed, closed or reopened.
create table periods (
    entity      text not null,
    period      text not null,
    state       text not null,
    digest      text,
    at_position bigint,
    version     integer not null,
    position    bigint not null,
    recorded_at timestamptz not null,
    primary key (entity, period)
);

-- name: period_changes
-- Every closing and reopening of a period, so that its state at any position can be told.
create table period_changes (
    entity      text not null,
    period      text not null,
    state       text not null,
    position    bigint not null,
    recorded_at timestamptz not null,
    actor       text,
    reason      text,
    approved_by text,
    primary key (entity, period, position)
);

-- name: account_pairs
-- Which accounts were debited and credited by one entry, and where that happened first: with the
-- first hundred positions it can be told for any position whether a pair was seldom until then.
create table account_pairs (
    entity          text not null,
    debit           text not null,
    credit          text not null,
    first_positions bigint[] not null,
    primary key (entity, debit, credit)
);

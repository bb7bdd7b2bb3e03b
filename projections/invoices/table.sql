-- Invoices and credit notes with their lines and tax groups.

-- name: invoices
create table invoices (
    number            text primary key,
    kind              text not null,
    entity            text not null,
    account           text not null,
    currency          text not null,
    issued_on         date not null,
    due_on            date,
    net               numeric not null,
    tax               numeric not null,
    total             numeric not null,
    open              numeric not null,
    original          text,
    reason            text,
    note              text,
    to_receivable     numeric not null,
    to_credit_balance numeric not null,
    tax_inclusive     boolean not null,
    stream            uuid not null,
    version           integer not null,
    position          bigint not null,
    recorded_at       timestamptz not null
);

-- name: invoices_account
create index on invoices (account, position);

-- name: invoices_position
create unique index on invoices (position);

-- name: invoices_original
create index on invoices (original) where original is not null;

-- name: invoice_lines
-- account is who pays the document, line_account who used what it bills. credited is what credit
-- notes took back of the line so far. allowances are in the net already.
create table invoice_lines (
    number          text not null,
    line            integer not null,
    account         text not null,
    line_account    text not null,
    subscription    text not null,
    item            text not null,
    description     text not null,
    period_from     date not null,
    period_to       date not null,
    quantity        numeric not null,
    net             numeric not null,
    tax             numeric not null,
    cleared         numeric not null,
    absorbed        numeric not null,
    absorbed_tax    numeric not null,
    category        text not null,
    rate            numeric not null,
    tax_code        text,
    charge          text not null,
    revenue_account text not null,
    corrects        text,
    against         text,
    against_line    integer,
    kind            text not null,
    allowances      jsonb not null,
    credited_net    numeric not null,
    credited_tax    numeric not null,
    position        bigint not null,
    primary key (number, line)
);

-- name: invoice_lines_charge
create index on invoice_lines (charge);

-- name: invoice_lines_against
create index on invoice_lines (against, against_line) where against is not null;

-- name: invoice_taxes
create table invoice_taxes (
    number           text not null,
    place            integer not null,
    account          text not null,
    category         text not null,
    rate             numeric not null,
    base             numeric not null,
    tax              numeric not null,
    code             text,
    exemption_reason text,
    primary key (number, place)
);

-- name: portal_invoices
alter table invoices enable row level security;

-- name: portal_invoices_own
create policy own on invoices for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_invoices_staff
create policy staff on invoices for select to ledger_reader, ledger_writer using (true);

-- name: portal_invoice_lines
alter table invoice_lines enable row level security;

-- name: portal_invoice_lines_own
create policy own on invoice_lines for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_invoice_lines_staff
create policy staff on invoice_lines for select to ledger_reader, ledger_writer using (true);

-- name: portal_invoice_taxes
alter table invoice_taxes enable row level security;

-- name: portal_invoice_taxes_own
create policy own on invoice_taxes for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_invoice_taxes_staff
create policy staff on invoice_taxes for select to ledger_reader, ledger_writer using (true);

-- name: portal_grant
grant select on invoices, invoice_lines, invoice_taxes to ledger_portal;

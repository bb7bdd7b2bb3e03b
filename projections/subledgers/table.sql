-- What each fact does to the control accounts, from what happened and not from the journal: the
-- sub-ledger that every control account must equal; and the tax of each document.

-- name: subledger_entries
-- Debit positive, in the currency of the books. item is the invoice, payment, charge stream or grant
-- that the balance is about; customer and item are '' where it is about none.
create table subledger_entries (
    position bigint not null,
    account  text not null,
    customer text not null,
    item     text not null,
    entity   text not null,
    currency text not null,
    day      date not null,
    amount   numeric not null,
    primary key (position, account, customer, item)
);

-- name: subledger_entries_account
create index on subledger_entries (entity, account, day) include (amount, position);

-- name: subledger_entries_customer
create index on subledger_entries (customer, account, item) where customer <> '';

-- name: tax_entries
-- One per tax group of a document, signed as it changes what is owed to the tax office; and what a
-- write-off, a recovery or a lost dispute moved of an invoice's tax, which knows no group. base and
-- tax are in the document's currency, the booked ones in that of the books.
create table tax_entries (
    position         bigint not null,
    place            integer not null,
    entity           text not null,
    account          text not null,
    kind             text not null,
    number           text not null,
    invoice          text,
    day              date not null,
    currency         text not null,
    books            text not null,
    category         text,
    rate             numeric,
    code             text,
    exemption_reason text,
    base             numeric not null,
    tax              numeric not null,
    booked_base      numeric not null,
    booked_tax       numeric not null,
    primary key (position, place)
);

-- name: tax_entries_day
create index on tax_entries (entity, day);

-- name: tax_entries_number
create index on tax_entries (number, position, place);

-- name: tax_entries_invoice
create index on tax_entries (invoice) where invoice is not null;

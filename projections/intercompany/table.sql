-- What entities of the group charge each other, and what of it was settled or taken back.

-- name: intercompany_movements
-- The sub-ledger of 1300 and 2300: one row per fact of a reference. amount is in the currency
-- agreed; it and payer_booked and payee_booked are what is owed more (a charge) or less (negative).
-- A side whose period was closed on the day is posted later than it happened.
create table intercompany_movements (
    reference       text not null,
    version         integer not null,
    kind            text not null,
    currency        text not null,
    amount          numeric not null,
    happened_on     date not null,
    payer           text not null,
    payer_currency  text not null,
    payer_posted_on date not null,
    payer_booked    numeric not null,
    payer_cash      numeric,
    payee           text not null,
    payee_currency  text not null,
    payee_posted_on date not null,
    payee_booked    numeric not null,
    payee_cash      numeric,
    stream          uuid not null,
    position        bigint not null,
    recorded_at     timestamptz not null,
    primary key (reference, version)
);

-- name: intercompany_movements_payer
create index on intercompany_movements (payer, reference);

-- name: intercompany_movements_payee
create index on intercompany_movements (payee, reference);

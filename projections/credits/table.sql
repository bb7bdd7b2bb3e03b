-- What accounts have of credit and discounts, and what each takes off which charge.

-- name: grants
-- used, cost, breakage and expired are cumulative, as the stream of the grant says them last; used
-- and expired are money or units, like what was granted. billed is what documents brought into the
-- liability, net; charged says that there is a charge for the price. carried is what stands in the
-- liability, in the currency of the books. Where that is another, exchange is the one at which the
-- grant is carried, cost_worth and breakage_worth are what these come to at it, and posted is what
-- stands there as agreed, without amounts that come to nothing in the books and have no line.
create table grants (
    grant_id          text primary key,
    account           text not null,
    entity            text not null,
    currency          text not null,
    kind              text not null,
    starts_on         date not null,
    expires_on        date,
    amount            numeric,
    units             numeric,
    meter             text,
    price             numeric,
    expected_breakage numeric,
    tax_code          text,
    top_up_below      numeric,
    series            text,
    number            integer not null,
    stream            uuid not null,
    version           integer not null,
    position          bigint not null,
    occurred_at       timestamptz not null,
    used              numeric not null,
    cost              numeric not null,
    breakage          numeric not null,
    expired           numeric,
    billed            numeric not null,
    charged           boolean not null,
    exchange          jsonb,
    carried           numeric not null,
    cost_worth        numeric,
    breakage_worth    numeric,
    posted            numeric not null
);

-- name: grants_unsettled
create index on grants (account) where not charged and price > 0 or expired is null;

-- name: grants_account
create index on grants (account, grant_id);

-- name: discounts
create table discounts (
    discount     text primary key,
    account      text not null,
    subscription text,
    percent      numeric,
    amount       numeric,
    starts_on    date not null,
    until        date,
    items        text[] not null,
    stream       uuid not null,
    position     bigint not null,
    occurred_at  timestamptz not null
);

-- name: discounts_account
create index on discounts (account, discount);

-- name: adjustments
-- What a discount or grant takes off a charge stream, as its latest charge says; charge is the one
-- that changed it last.
create table adjustments (
    stream       uuid not null,
    kind         text not null,
    id           text not null,
    account      text not null,
    charge       text not null,
    subscription text not null,
    item         text not null,
    period_from  date not null,
    period_to    date not null,
    currency     text not null,
    amount       numeric not null,
    net          numeric not null,
    units        numeric,
    position     bigint not null,
    worth        numeric,
    primary key (stream, kind, id)
);

-- name: adjustments_id
create index on adjustments (id, kind, position);

-- name: adjustments_account
create index on adjustments (account);

-- name: portal_grants
alter table grants enable row level security;

-- name: portal_grants_own
create policy own on grants for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_grants_staff
create policy staff on grants for select to ledger_reader, ledger_writer using (true);

-- name: portal_discounts
alter table discounts enable row level security;

-- name: portal_discounts_own
create policy own on discounts for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_discounts_staff
create policy staff on discounts for select to ledger_reader, ledger_writer using (true);

-- name: portal_adjustments
alter table adjustments enable row level security;

-- name: portal_adjustments_own
create policy own on adjustments for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_adjustments_staff
create policy staff on adjustments for select to ledger_reader, ledger_writer using (true);

-- name: portal_grant
grant select on grants, discounts, adjustments to ledger_portal;

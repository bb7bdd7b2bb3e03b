-- Revenue billed in advance: what each schedule defers, over which days, and what of it is earned.

-- name: revenue_schedules
-- One per charge stream, one more (negative) per line of a concession; bundles have one per part,
-- others the part ''. account is who used the service. deferred less recognised is what account
-- 2100 holds; opened_on is the first document's day, before which
-- nothing is recognised, changed_on the last one's.
create table revenue_schedules (
    schedule        text not null,
    part            text not null,
    entity          text not null,
    currency        text not null,
    account         text not null,
    subscription    text not null,
    item            text not null,
    charge          text not null,
    revenue_account text not null,
    starts_on       date not null,
    ends_on         date not null,
    opened_on       date not null,
    changed_on      date not null,
    deferred        numeric not null,
    recognised      numeric not null,
    recognised_to   date,
    position        bigint not null,
    primary key (schedule, part)
);

-- name: schedule_entries
-- What was added to each schedule, and earned of it, fact by fact: any state of any day, as known at
-- any position, is a sum over it. Where something is earned, the days are null.
create table schedule_entries (
    position        bigint not null,
    line            integer not null,
    schedule        text not null,
    part            text not null,
    entity          text not null,
    currency        text not null,
    account         text not null,
    subscription    text,
    item            text,
    charge          text,
    revenue_account text,
    starts_on       date,
    ends_on         date,
    day             date not null,
    deferred        numeric not null,
    recognised      numeric not null,
    through         date,
    primary key (position, line, schedule, part)
);

-- name: schedule_entries_schedule
create index on schedule_entries (entity, schedule, part, position);

-- name: revenue_schedules_open
create index on revenue_schedules (entity, schedule, part) where deferred <> recognised;

-- name: revenue_schedules_account
create index on revenue_schedules (account, schedule, part);

-- name: portal_revenue_schedules
alter table revenue_schedules enable row level security;

-- name: portal_revenue_schedules_own
create policy own on revenue_schedules for select to ledger_portal
    using (account = nullif(current_setting('app.account', true), ''));

-- name: portal_revenue_schedules_staff
create policy staff on revenue_schedules for select to ledger_reader, ledger_writer using (true);

-- name: portal_grant
grant select on revenue_schedules to ledger_portal;

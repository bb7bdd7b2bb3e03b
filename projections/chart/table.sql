-- What the books are kept by beyond the release: changes of accounts and versions of posting rules.

-- name: chart_changes
create table chart_changes (
    position    bigint not null,
    account     text not null,
    starts_on   date not null,
    version     integer not null,
    name        text,
    chart_class text,
    blocked     boolean,
    actor       text,
    reason      text,
    approved_by text,
    recorded_at timestamptz not null,
    primary key (position, account)
);

-- name: posting_rules
-- Each version is whole: accounts has all that differ from the rule as it was built.
create table posting_rules (
    rule        text not null,
    version     integer not null,
    entity      text,
    starts_on   date not null,
    accounts    jsonb not null,
    actor       text,
    reason      text,
    approved_by text,
    position    bigint not null,
    recorded_at timestamptz not null,
    primary key (rule, version)
);

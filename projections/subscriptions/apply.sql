-- lanes: books

-- name: entities
insert into entities
select data ->> 'entity', data ->> 'name', data ->> 'currency', data ->> 'country',
       data ->> 'time_zone', data ->> 'first_period', data ->> 'rounding', data ->> 'vat_id',
       data ->> 'address', coalesce(data -> 'policies', '{}'), stream, version, position
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'entity.registered/1';

-- name: accounts
-- A parent is opened before its children, perhaps in this very chunk: climb to the top.
with recursive opened as (
    select data ->> 'account' as account, data ->> 'parent' as parent, data, stream, version,
           position, occurred_at
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'account.opened/1'
), climb as (
    select account, account as top, parent from opened
    union all
    select climb.account, above.account, above.parent
    from climb
    cross join lateral (
        select opened.account, opened.parent from opened where opened.account = climb.parent
        union all
        select accounts.account, accounts.parent from accounts
        where accounts.account = climb.parent
    ) as above
)
insert into accounts
select opened.account, data ->> 'entity', data ->> 'currency', (data ->> 'lane')::smallint,
       climb.top, opened.parent, data ->> 'tax', data ->> 'country', data ->> 'time_zone',
       (data ->> 'payment_terms_days')::integer, (data ->> 'has_vat_id')::boolean,
       data ->> 'person', occurred_at, stream, version, position
from opened join climb on climb.account = opened.account and climb.parent is null;

-- name: account_changes
insert into account_changes
select data ->> 'account', version,
       coalesce((data ->> 'starts_on')::date, (occurred_at at time zone 'UTC')::date),
       data ->> 'person', (data ->> 'has_vat_id')::boolean, data ->> 'country', data ->> 'tax',
       data ->> 'time_zone', (data ->> 'payment_terms_days')::integer, type = 'account.erased/1',
       position
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type in ('account.changed/1', 'account.erased/1');

-- name: entity_changes
insert into entity_changes
select data ->> 'entity', version, (data ->> 'starts_on')::date, data ->> 'name',
       data ->> 'vat_id', data ->> 'address', coalesce(data -> 'policies', '{}'), position
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'entity.changed/1';

-- name: exchange_rates
insert into exchange_rates
select data ->> 'base', data ->> 'quote', version, (data ->> 'on')::date,
       (data ->> 'rate')::numeric, data ->> 'source', stream, position
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'exchange_rate.set/1';

-- name: meters
insert into meters
select data ->> 'meter', data ->> 'aggregation', data ->> 'value', data ->> 'unit',
       array(select jsonb_array_elements_text(data -> 'dimensions')), stream, version, position
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'meter.defined/1';

-- name: plans
-- Version 1 of the fact knew no applies_to: every version applied to all subscriptions.
insert into plans
select data ->> 'plan', version, data ->> 'currency', (data ->> 'starts_on')::date,
       data -> 'items', coalesce((data ->> 'tax_inclusive')::boolean, false),
       coalesce(data ->> 'applies_to', 'all'), stream, position
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type in ('plan.published/1', 'plan.published/2');

-- name: tax_rates
insert into tax_rates
select data ->> 'code', version, (data ->> 'rate')::numeric, (data ->> 'starts_on')::date,
       data ->> 'category', data ->> 'exemption_reason', stream, position
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'tax_rate.set/1';

-- name: subscriptions
insert into subscriptions
select data ->> 'subscription', data ->> 'account', data ->> 'entity', data ->> 'plan',
       (data ->> 'starts_on')::date, (data ->> 'anchor')::integer, data -> 'quantity',
       coalesce(data -> 'overrides', '[]'), (data ->> 'trial_until')::date, null, null, null,
       stream, version, position
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'subscription.started/1';

-- name: changes
insert into subscription_changes
select data ->> 'subscription', version, data ->> 'account', (data ->> 'starts_on')::date,
       data ->> 'plan', coalesce(data -> 'quantity', '{}'), position
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'subscription.changed/1';

-- name: ends
-- The end that was recorded last holds.
update subscriptions as s
set ends_on = e.ends_on, credit_unused = e.credit_unused, end_version = e.version
from (
    select distinct on (stream) data ->> 'subscription' as subscription, version,
           (data ->> 'ends_on')::date as ends_on,
           coalesce((data ->> 'credit_unused')::boolean, false) as credit_unused
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'subscription.ended/1'
    order by stream, version desc
) as e
where s.subscription = e.subscription;

-- name: last_facts
update subscriptions as s
set position = f.position
from (
    select data ->> 'subscription' as subscription, max(position) as position
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type in ('subscription.changed/1', 'subscription.ended/1')
    group by 1
) as f
where s.subscription = f.subscription;

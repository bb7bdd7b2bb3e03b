-- name: subscriptions_have_accounts
-- Every subscription belongs to an account of the same entity.
select s.subscription, s.account, s.entity
from subscriptions as s
left join accounts as a on a.account = s.account
where a.account is null or a.entity <> s.entity;

-- name: payers_share_entity_and_currency
-- An account and its payer are of one entity and one currency.
select a.account, a.payer
from accounts as a
left join accounts as p on p.account = a.payer
where p.account is null or p.entity <> a.entity or p.currency <> a.currency
   or p.parent is not null;

-- name: accounts_have_entities
-- Every account belongs to an entity.
select a.account, a.entity
from accounts as a
left join entities as e on e.entity = a.entity
where e.entity is null;

-- name: changes_have_subscriptions
-- Every change is of a subscription of the same account and holds from its start on or later.
select c.subscription, c.version
from subscription_changes as c
left join subscriptions as s using (subscription)
where s.subscription is null or s.account <> c.account or c.starts_on < s.starts_on;

-- name: account_changes_have_accounts
-- Only an account that was opened changes.
select c.account, c.version from account_changes as c
left join accounts as a on a.account = c.account
where a.account is null;

-- name: entity_changes_have_entities
-- Only an entity that was registered changes.
select c.entity, c.version from entity_changes as c
left join entities as e on e.entity = c.entity
where e.entity is null;

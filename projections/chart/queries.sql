-- name: chart_changes
-- What was changed of the chart of accounts up to a position, in order.
select position, account, starts_on, version, name, chart_class, blocked, actor, reason, approved_by,
       recorded_at
from chart_changes
where %(at)s::bigint is null or position <= %(at)s
order by position, account;

-- name: posting_rules
-- The versions of posting rules, of one or all, that hold in one entity's books or in any.
select rule, version, entity, starts_on, accounts, actor, reason, approved_by, position, recorded_at
from posting_rules
where (%(rule)s::text is null or rule = %(rule)s)
  and (%(entity)s::text is null or entity is null or entity = %(entity)s)
order by rule, version;

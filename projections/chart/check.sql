-- name: rules_are_numbered
-- The versions of a rule are numbered without gaps from 2 on; 1 is the rule as it was built.
select rule, count(*) as versions, max(version) as last
from posting_rules
group by rule
having max(version) <> count(*) + 1 or min(version) <> 2;

-- name: entries_go_by_their_rule
-- An entry names a version that was there before it and holds for its books and date.
select l.position, l.rule, l.entity, l.posted_on
from (select distinct position, rule, entity, posted_on, reverses from journal_lines
      where split_part(rule, '@', 2) <> '1') as l
left join posting_rules as r
  on r.rule = split_part(l.rule, '@', 1) and r.version::text = split_part(l.rule, '@', 2)
where r.position is null or r.position > l.position
   or r.entity <> l.entity or (r.starts_on > l.posted_on and l.reverses is null)
limit 100;

-- name: replaced_accounts_are_left_alone
-- Nothing is posted to an account in whose place the version of the rule posts to another.
select l.position, l.line, l.rule, l.account
from posting_rules as r
join journal_lines as l on l.rule = r.rule || '@' || r.version
where r.accounts ? l.account
  and l.account not in (select value from jsonb_each_text(r.accounts))
limit 100;

-- name: classes_stay
-- An account that was added keeps the class that it began with.
select account, count(distinct chart_class) as classes
from chart_changes
where chart_class is not null
group by account
having count(distinct chart_class) > 1;

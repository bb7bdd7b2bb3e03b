-- name: subledger_equals_journal
-- Every control account is what its sub-ledger says, per entity, customer and day; a revaluation is
-- of the account alone.
select entity, account, customer, day, s.amount as of_subledger, j.amount as of_journal
from (
    select entity, account, customer, day, sum(amount) as amount
    from subledger_entries group by 1, 2, 3, 4
) as s
full join (
    select entity, account, coalesce(customer, '') as customer, posted_on as day,
           sum(amount) as amount
    from journal_lines
    where account = any('{1100,1110,1120,1150,1160,1300,2100,2110,2120,2130,2200,2300}')
      and split_part(rule, '@', 1) not in ('receivable_revalued', 'revaluation_reversed')
    group by 1, 2, 3, 4
) as j using (entity, account, customer, day)
where coalesce(s.amount, 0) <> coalesce(j.amount, 0)
limit 100;

-- name: taxes_equal_documents
-- The tax groups of a document are its net and its tax.
select number, v.net, v.tax, t.base as net_of_groups, t.tax as tax_of_groups
from (select number, case kind when 'invoice' then net else -net end as net,
             case kind when 'invoice' then tax else -tax end as tax from invoices) as v
full join (select number, sum(base) as base, sum(tax) as tax
           from tax_entries where category is not null group by 1) as t using (number)
where v.net is distinct from t.base or v.tax is distinct from t.tax
limit 100;

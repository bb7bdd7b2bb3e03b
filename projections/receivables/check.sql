-- name: balances_equal_items
-- What an account owes is the sum of its open items.
select account, b.receivable, i.open
from balances as b
full join (select account, sum(open) as open from open_items group by 1) as i using (account)
where coalesce(b.receivable, 0) <> coalesce(i.open, 0)
limit 100;

-- name: receivables_equal_journal
-- Account 1100 in the journal is the open item of every invoice.
select number, i.open, j.amount as amount_in_journal
from open_items as i
full join (
    select invoice as number, sum(amount) as amount
    from journal_lines where account = '1100' group by 1
) as j using (number)
where coalesce(i.open, 0) <> coalesce(j.amount, 0)
limit 100;

-- name: unapplied_equals_journal
-- Accounts 2130 and 2120 in the journal are what the balances say, per customer.
select account, b.unapplied, j.unapplied as unapplied_in_journal, b.credit,
       j.credit as credit_in_journal
from balances as b
full join (
    select customer as account,
           -coalesce(sum(amount) filter (where account = '2130'), 0) as unapplied,
           -coalesce(sum(amount) filter (where account = '2120'), 0) as credit
    from journal_lines where account in ('2120', '2130') group by 1
) as j using (account)
where coalesce(b.unapplied, 0) <> coalesce(j.unapplied, 0)
   or coalesce(b.credit, 0) <> coalesce(j.credit, 0)
limit 100;

-- name: open_equals_invoices
-- Open items and invoices agree on what is open.
select i.number, i.open, v.open as open_of_invoice
from open_items as i
full join (select number, open from invoices where kind = 'invoice') as v using (number)
where i.open is distinct from v.open
limit 100;

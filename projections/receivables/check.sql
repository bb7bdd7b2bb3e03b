-- name: balances_equal_items
-- What an account owes is the sum of its open items.
select account, b.receivable, i.open
from balances as b
full join (select account, sum(open) as open from open_items group by 1) as i using (account)
where coalesce(b.receivable, 0) <> coalesce(i.open, 0)
limit 100;

-- name: receivables_equal_journal
-- Account 1100 in the journal is the open item of every invoice, in the currency agreed.
select number, i.open, j.amount as amount_in_journal
from open_items as i
full join (
    select invoice as number, sum(coalesce(foreign_amount, amount)) as amount
    from journal_lines where account = '1100' group by 1
) as j using (number)
where coalesce(i.open, 0) <> coalesce(j.amount, 0)
limit 100;

-- name: settled_carry_nothing
-- An invoice with nothing open carries nothing in the books either, whatever rates did.
select i.number, sum(j.amount) as carried
from open_items as i
join journal_lines as j on j.account = '1100' and j.invoice = i.number
where i.open = 0
group by i.number
having sum(j.amount) <> 0
limit 100;

-- name: unapplied_equals_journal
-- Accounts 2130, 2120 and 1110 in the journal are what the balances say, per customer.
select account, b.unapplied, j.unapplied as unapplied_in_journal, b.credit,
       j.credit as credit_in_journal, b.disputed, j.disputed as disputed_in_journal
from balances as b
full join (
    select customer as account,
           -coalesce(sum(coalesce(foreign_amount, amount)) filter (where account = '2130'), 0) as unapplied,
           -coalesce(sum(coalesce(foreign_amount, amount)) filter (where account = '2120'), 0) as credit,
           coalesce(sum(coalesce(foreign_amount, amount)) filter (where account = '1110'), 0) as disputed
    from journal_lines where account in ('1110', '2120', '2130') group by 1
) as j using (account)
where coalesce(b.unapplied, 0) <> coalesce(j.unapplied, 0)
   or coalesce(b.credit, 0) <> coalesce(j.credit, 0)
   or coalesce(b.disputed, 0) <> coalesce(j.disputed, 0)
limit 100;

-- name: allowance_equals_journal
-- Account 1120 in the journal is the allowance, per entity and customer.
select entity, account, a.amount, j.amount as amount_in_journal
from allowances as a
full join (
    select entity, coalesce(customer, '') as account, -sum(amount) as amount
    from journal_lines where account = '1120' group by 1, 2
) as j using (entity, account)
where coalesce(a.amount, 0) <> coalesce(j.amount, 0)
limit 100;

-- name: payments_equal_balances
-- The payments of an account hold its unapplied cash and what is disputed.
select account, b.unapplied, p.unapplied as of_payments, b.disputed, p.disputed as disputed_of_payments
from balances as b
full join (
    select account, sum(unapplied) as unapplied, sum(disputed) as disputed from payments group by 1
) as p using (account)
where coalesce(b.unapplied, 0) <> coalesce(p.unapplied, 0)
   or coalesce(b.disputed, 0) <> coalesce(p.disputed, 0)
limit 100;

-- name: nothing_negative
-- Nothing that a customer owes, or has with us, is below zero, nor is an invoice settled twice.
select account, number, open from open_items
where open < 0 or disputed < 0 or written_off < 0
   or open <> total - applied - credited - written_off
union all
select account, null, least(receivable, disputed, unapplied, credit) from balances
where least(receivable, disputed, unapplied, credit) < 0
union all
select account, payment, least(unapplied, disputed, returned) from payments
where least(unapplied, disputed, returned) < 0
union all
select account, null, amount from allowances where amount < 0
limit 100;

-- name: open_equals_invoices
-- Open items and invoices agree on what is open.
select i.number, i.open, v.open as open_of_invoice
from open_items as i
full join (select number, open from invoices where kind = 'invoice') as v using (number)
where i.open is distinct from v.open
limit 100;

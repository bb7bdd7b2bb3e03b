-- name: balances_equal_items
-- What an account owes is the sum of its open items.
select account, b.receivable, i.open
from balances as b
full join (select account, sum(open) as open from open_items group by 1) as i using (account)
where coalesce(b.receivable, 0) <> coalesce(i.open, 0)
limit 100;

-- name: open_equals_entries
-- What is open of an invoice is the sum of its entries.
select number, i.open, e.open as open_of_entries
from open_items as i
full join (
    select invoice as number, sum(receivable) as open
    from receivable_entries where invoice is not null group by 1
) as e using (number)
where coalesce(i.open, 0) <> coalesce(e.open, 0)
limit 100;

-- name: receivables_equal_journal
-- Account 1100 in the journal is the open item of every invoice, in the currency agreed (what is
-- worth nothing in the books is not in the journal) and as it is carried.
select number, e.open, j.open as open_in_journal, e.carried, j.carried as carried_in_journal
from (
    select invoice as number, sum(receivable) filter (where receivable_carried <> 0) as open,
           sum(receivable_carried) as carried
    from receivable_entries where invoice is not null group by 1
) as e
full join (
    select l.invoice as number,
           sum(case l.currency when i.currency then l.amount else l.foreign_amount end) as open,
           sum(l.amount) as carried
    from journal_lines as l
    left join open_items as i on i.number = l.invoice
    where l.account = '1100' group by 1
) as j using (number)
where coalesce(e.open, 0) <> coalesce(j.open, 0) or coalesce(e.carried, 0) <> coalesce(j.carried, 0)
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

-- name: balances_equal_entries
-- What an account owes, and has with us, is the sum of its entries.
select account, b.receivable, e.receivable as receivable_of_entries, b.disputed,
       e.disputed as disputed_of_entries, b.unapplied, e.unapplied as unapplied_of_entries,
       b.credit, e.credit as credit_of_entries
from balances as b
full join (
    select account, sum(receivable) as receivable, sum(disputed) as disputed,
           sum(unapplied) as unapplied, sum(credit) as credit
    from receivable_entries group by 1
) as e using (account)
where (b.receivable, b.disputed, b.unapplied, b.credit)
      is distinct from (e.receivable, e.disputed, e.unapplied, e.credit)
limit 100;

-- name: unapplied_equals_journal
-- Accounts 2130, 2120 and 1110 in the journal are what the entries say, per customer, in the
-- currency agreed (what is worth nothing in the books is not in the journal) and as it is carried.
select customer, account, e.amount, j.amount as amount_in_journal, e.carried,
       j.carried as carried_in_journal
from (
    select e.account as customer, a.account, sum(a.amount) filter (where a.carried <> 0) as amount,
           sum(a.carried) as carried
    from receivable_entries as e
    cross join lateral (values ('1110', disputed, disputed_carried),
                               ('2120', -credit, -credit_carried),
                               ('2130', -unapplied, -unapplied_carried))
        as a (account, amount, carried)
    group by 1, 2
) as e
full join (
    select l.customer, l.account,
           sum(case l.currency when b.currency then l.amount else l.foreign_amount end) as amount,
           sum(l.amount) as carried
    from journal_lines as l
    left join balances as b on b.account = l.customer
    where l.account in ('1110', '2120', '2130') group by 1, 2
) as j using (customer, account)
where coalesce(e.amount, 0) <> coalesce(j.amount, 0)
   or coalesce(e.carried, 0) <> coalesce(j.carried, 0)
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

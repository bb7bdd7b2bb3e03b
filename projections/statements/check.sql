-- name: statements_add_up
-- Every statement leads from opening to closing, and all of it is matched, excepted or a duplicate.
select statement, opening, credits, debits, closing, matched_total, excepted_total, duplicate_total
from statements
where opening + credits + debits <> closing
   or matched_total + excepted_total + duplicate_total <> credits + debits;

-- name: entries_are_counted
-- What a statement says of its entries is what its entries say.
select s.statement, s.matched_count, s.matched_total, s.excepted_count, s.excepted_total,
       e.matched, e.matched_amount, e.excepted, e.excepted_amount
from statements as s
left join (
    select statement, count(*) filter (where state = 'matched') as matched,
           coalesce(sum(amount) filter (where state = 'matched'), 0) as matched_amount,
           count(*) filter (where state <> 'matched') as excepted,
           coalesce(sum(amount) filter (where state <> 'matched'), 0) as excepted_amount
    from statement_entries
    group by 1
) as e using (statement)
where (s.matched_count, s.matched_total, s.excepted_count, s.excepted_total)
      <> (coalesce(e.matched, 0), coalesce(e.matched_amount, 0), coalesce(e.excepted, 0),
          coalesce(e.excepted_amount, 0));

-- name: captured_entries_are_payments
-- What an entry was captured as is a payment of its amount.
select e.entry, e.document, e.amount, p.amount as amount_of_payment
from statement_entries as e
left join payments as p on p.payment = e.document
where e.how in ('captured', 'payment') and e.amount is distinct from p.amount;

-- name: one_entry_per_document
-- No payment, payout or refund is found twice in bank statements.
select how, document, count(*) as entries
from statement_entries
where how in ('captured', 'payment', 'payout', 'refund')
group by 1, 2
having count(*) > 1;

-- name: an_iban_has_one_entity
-- What an IBAN moved stands in the books of one entity.
select e.entry, e.bank_account, e.entity, b.entity as owner
from statement_entries as e
join bank_accounts as b on b.bank_account = e.bank_account and b.entity <> e.entity
where e.bank_account ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$';

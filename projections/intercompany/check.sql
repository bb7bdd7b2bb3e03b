-- name: books_of_both_agree
-- What the payer's 2300 and the payee's 1300 hold of a reference is equal, in the currency agreed.
select reference,
       sum(case when foreign_currency is null then amount else foreign_amount end) as difference
from journal_lines
where account in ('1300', '2300') and rule like 'intercompany\_%'
group by reference
having sum(case when foreign_currency is null then amount else foreign_amount end) <> 0
limit 100;

-- name: balances_equal_journal
-- What each side carries of a reference is what its entries hold, revaluation of it apart.
select entity, account, reference, s.carried, j.amount as amount_in_journal
from (
    select payer as entity, '2300' as account, reference, payee as counterparty,
           -sum(payer_booked) as carried, -sum(amount) as agreed
    from intercompany_movements
    group by payer, reference, payee
    union all
    select payee, '1300', reference, payer, sum(payee_booked), sum(amount)
    from intercompany_movements
    group by payee, reference, payer
) as s
full join (
    select entity, account, reference, counterparty, sum(amount) as amount,
           sum(case when foreign_currency is null then amount else foreign_amount end) as agreed
    from journal_lines
    where account in ('1300', '2300') and rule not like '%revalu%'
    group by entity, account, reference, counterparty
) as j using (entity, account, reference, counterparty)
where coalesce(s.carried, 0) <> coalesce(j.amount, 0) or coalesce(s.agreed, 0) <> coalesce(j.agreed, 0)
limit 100;

-- name: settled_carry_nothing
-- Nobody settles more than was charged, and what is settled carries nothing on either side.
select reference, sum(amount) as open, sum(payer_booked) as payer, sum(payee_booked) as payee
from intercompany_movements
group by reference
having sum(amount) < 0 or sum(payer_booked) < 0 or sum(payee_booked) < 0
    or (sum(amount) = 0) <> (sum(payer_booked) = 0)
    or (sum(amount) = 0) <> (sum(payee_booked) = 0)
limit 100;

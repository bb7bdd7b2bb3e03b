-- lanes: books

-- name: entries
-- Every fact with an effect on a control account says that effect itself. What a document line does
-- to the account that it clears is what it takes of it, whatever way its entries take.
insert into subledger_entries
select position, account, coalesce(customer, ''), coalesce(item, ''), min(entity), min(currency),
       min(day), sum(amount)
from (
    -- charges: what was accrued before a document, and what prepaid grants paid of it
    select position, data ->> 'clears' as account, data ->> 'account' as customer,
           regexp_replace(data ->> 'charge', '/[^/]*$', '') as item, data ->> 'entity' as entity,
           coalesce(data #>> '{exchange,currency}', data ->> 'currency') as currency,
           (data ->> 'posted_on')::date as day,
           coalesce(data ->> 'booked', data ->> 'posted')::numeric as amount
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'item.charged/1' and data ->> 'clears' in ('1150', '1160')
    union all
    select position, '1150', data ->> 'account', regexp_replace(data ->> 'charge', '/[^/]*$', ''),
           data ->> 'entity', coalesce(data #>> '{exchange,currency}', data ->> 'currency'),
           (data ->> 'posted_on')::date, coalesce(data ->> 'booked', data ->> 'posted')::numeric
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'usage.rated/1'
    union all
    select position, '2110', data ->> 'account', taken ->> 'id', data ->> 'entity',
           coalesce(data #>> '{exchange,currency}', data ->> 'currency'),
           (data ->> 'posted_on')::date, coalesce(taken ->> 'booked', taken ->> 'posted')::numeric
    from ledger.log
    cross join lateral jsonb_array_elements(data -> 'adjustments') as taken
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type in ('usage.rated/1', 'item.charged/1') and taken ->> 'kind' in ('prepaid', 'units')
    union all
    -- grants: what became breakage
    select position, '2110', data ->> 'account', data ->> 'grant', data ->> 'entity',
           coalesce(data #>> '{exchange,currency}', data ->> 'currency'),
           (data ->> 'posted_on')::date, coalesce(data ->> 'booked', data ->> 'posted')::numeric
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type in ('credit.drawn/1', 'credit.expired/1')
    union all
    -- documents: what they add to what is owed
    select position, '1100', data ->> 'account', data ->> 'number', data ->> 'entity',
           coalesce(data #>> '{exchange,currency}', data ->> 'currency'),
           (data ->> 'issued_on')::date, coalesce(data ->> 'booked', data ->> 'total')::numeric
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'invoice.issued/1'
    union all
    select position, account, data ->> 'account', coalesce(data ->> 'invoice', data ->> 'number'),
           data ->> 'entity', coalesce(data #>> '{exchange,currency}', data ->> 'currency'),
           (data ->> 'issued_on')::date, amount
    from ledger.log
    cross join lateral (values
        ('1100', -coalesce(data ->> 'booked_receivable', data ->> 'to_receivable')::numeric),
        ('2120', case when (data ->> 'to_credit_balance')::numeric <> 0 then
            coalesce((data ->> 'booked_receivable')::numeric - (data ->> 'booked')::numeric,
                     -(data ->> 'to_credit_balance')::numeric) else 0 end)) as to_ (account, amount)
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'credit_note.issued/1'
    union all
    -- document lines: what they take of unbilled receivables and contract assets
    select position, coalesce(line ->> 'clears', '1150'), line ->> 'account',
           regexp_replace(line ->> 'charge', '/[^/]*$', ''), data ->> 'entity',
           coalesce(data #>> '{exchange,currency}', data ->> 'currency'),
           (data ->> 'issued_on')::date,
           coalesce(line ->> 'relieved', line ->> 'accrued', line ->> 'net')::numeric
               * case type when 'invoice.issued/1' then -1 else 1 end
    from ledger.log
    cross join lateral jsonb_array_elements(data -> 'lines') as line
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and (type = 'invoice.issued/1'
           or type = 'credit_note.issued/1' and data ->> 'reason' in ('rerating', 'net_credit'))
      and coalesce(line ->> 'clears', '1150') in ('1150', '1160')
    union all
    -- document lines: what they bring into, or take from, deferred revenue and prepaid credits
    select position, '2100', line ->> 'account', regexp_replace(line ->> 'charge', '/[^/]*$', ''),
           data ->> 'entity', coalesce(data #>> '{exchange,currency}', data ->> 'currency'),
           (data ->> 'issued_on')::date,
           (deferred ->> 'amount')::numeric * case type when 'invoice.issued/1' then -1 else 1 end
    from ledger.log
    cross join lateral jsonb_array_elements(data -> 'lines') as line
    cross join lateral jsonb_array_elements(line -> 'deferred') as deferred
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type in ('invoice.issued/1', 'credit_note.issued/1')
    union all
    select position, '2110', line ->> 'account', substr(line ->> 'subscription', 7),
           data ->> 'entity', coalesce(data #>> '{exchange,currency}', data ->> 'currency'),
           (data ->> 'issued_on')::date,
           coalesce(line ->> 'relieved', line ->> 'booked', line ->> 'net')::numeric
               * case type when 'invoice.issued/1' then -1 else 1 end
    from ledger.log
    cross join lateral jsonb_array_elements(data -> 'lines') as line
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and (type = 'invoice.issued/1'
           or type = 'credit_note.issued/1' and data ->> 'reason' in ('rerating', 'net_credit'))
      and line ->> 'kind' = 'grant'
    union all
    -- schedules: what was earned
    select position, '2100', earned ->> 'account',
           coalesce(regexp_replace(earned ->> 'charge', '/[^/]*$', ''), earned ->> 'schedule'),
           data ->> 'entity', data ->> 'currency', (data ->> 'posted_on')::date,
           (earned ->> 'posted')::numeric
    from ledger.log
    cross join lateral jsonb_array_elements(data -> 'earned') as earned
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'revenue.recognised/1'
    union all
    -- cash: what a payment settles, and what no invoice took
    select position, '1100', data ->> 'account', application ->> 'invoice', data ->> 'entity',
           coalesce(data #>> '{exchange,currency}', data ->> 'currency'), (data ->> 'on')::date,
           -coalesce(application ->> 'booked', application ->> 'amount')::numeric
    from ledger.log
    cross join lateral jsonb_array_elements(data -> 'applications') as application
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'payment.captured/1'
    union all
    select position, '2130', data ->> 'account', data ->> 'payment', data ->> 'entity',
           coalesce(data #>> '{exchange,currency}', data ->> 'currency'), (data ->> 'on')::date,
           -coalesce(data ->> 'booked_unapplied', data ->> 'unapplied')::numeric
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'payment.captured/1'
    union all
    -- whatever moves a customer's balances after a payment
    select position, balances.account, data ->> 'account',
           case movement ->> 'balance' when 'unapplied' then movement ->> 'payment'
                else coalesce(movement ->> 'invoice', movement ->> 'payment') end,
           data ->> 'entity', coalesce(data #>> '{exchange,currency}', data ->> 'currency'),
           (data ->> 'on')::date,
           balances.sign * coalesce(movement ->> 'booked', movement ->> 'amount')::numeric
    from ledger.log
    cross join lateral jsonb_array_elements(data -> 'movements') as movement
    join (values ('receivable', '1100', 1), ('disputed', '1110', 1), ('unapplied', '2130', -1),
                 ('credit', '2120', -1)) as balances (name, account, sign)
        on balances.name = movement ->> 'balance'
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'receivables.posted/1'
    union all
    select position, '1120', data ->> 'account', data ->> 'document', data ->> 'entity',
           data ->> 'currency', (data ->> 'on')::date, -(data ->> 'amount')::numeric
    from ledger.log
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type = 'allowance.adjusted/1'
    union all
    -- what entities owe each other, in the books of both
    select position, account, '', data ->> 'reference', leg ->> 'entity', leg ->> 'currency',
           (leg ->> 'on')::date,
           (leg ->> 'booked')::numeric * case type when 'intercompany.charged/1' then sign
                                                   else -sign end
    from ledger.log
    cross join lateral (values ('2300', data -> 'payer', -1), ('1300', data -> 'payee', 1))
        as sides (account, leg, sign)
    where lane = %(lane)s and position > %(from)s and position <= %(to)s
      and type in ('intercompany.charged/1', 'intercompany.settled/1',
                   'intercompany.credited/1')
) as entries
where amount <> 0
group by position, account, coalesce(customer, ''), coalesce(item, '');

-- name: taxes
-- A group's base in the books is what its lines were booked at.
insert into tax_entries
select position, place, data ->> 'entity', data ->> 'account',
       case type when 'invoice.issued/1' then 'invoice' else 'credit_note' end, data ->> 'number',
       data ->> 'invoice', (data ->> 'issued_on')::date, data ->> 'currency',
       coalesce(data #>> '{exchange,currency}', data ->> 'currency'), tax ->> 'category',
       (tax ->> 'rate')::numeric, tax ->> 'code', tax ->> 'exemption_reason',
       sign * (tax ->> 'base')::numeric, sign * (tax ->> 'tax')::numeric,
       sign * coalesce(lines.booked, (tax ->> 'base')::numeric),
       sign * coalesce(tax ->> 'booked', tax ->> 'tax')::numeric
from ledger.log
cross join lateral (select case type when 'invoice.issued/1' then 1 else -1 end as sign) as s
cross join lateral jsonb_array_elements(data -> 'taxes') with ordinality as t (tax, place)
cross join lateral (
    select sum((line ->> 'booked')::numeric) as booked
    from jsonb_array_elements(data -> 'lines') as line
    where line ->> 'category' = tax ->> 'category'
      and (line ->> 'rate')::numeric = (tax ->> 'rate')::numeric
) as lines
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type in ('invoice.issued/1', 'credit_note.issued/1');

-- name: relief
-- The tax of what is written off, or lost to a dispute, comes back where the policy says so, and is
-- owed again when that is recovered or undone.
insert into tax_entries
select position, place, data ->> 'entity', data ->> 'account', data ->> 'kind',
       data ->> 'document', movement ->> 'invoice', (data ->> 'on')::date, data ->> 'currency',
       coalesce(data #>> '{exchange,currency}', data ->> 'currency'), null, null, null, null, 0,
       -(movement ->> 'amount')::numeric, 0,
       -coalesce(movement ->> 'booked', movement ->> 'amount')::numeric
from ledger.log
cross join lateral jsonb_array_elements(data -> 'movements') with ordinality as m (movement, place)
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'receivables.posted/1' and movement ->> 'balance' = 'relieved'
  and (movement ->> 'amount')::numeric <> 0;

-- name: disputed
-- Older entries of the sub-ledger do not say what tax a lost dispute took back: its share of what
-- the claim was worth in the books follows from the entry, which names the dispute as its cause.
insert into tax_entries
select p.position, place, p.data ->> 'entity', p.data ->> 'account', 'dispute_lost',
       p.data ->> 'document', movement ->> 'invoice', (p.data ->> 'on')::date,
       p.data ->> 'currency',
       coalesce(p.data #>> '{exchange,currency}', p.data ->> 'currency'), null, null, null, null, 0,
       -(back ->> 'amount')::numeric, 0,
       -case when movement ->> 'booked' is null then (back ->> 'amount')::numeric
             else round((movement ->> 'booked')::numeric * (back ->> 'amount')::numeric
                        / (movement ->> 'amount')::numeric,
                        scale((movement ->> 'booked')::numeric)) end
from ledger.log as p
cross join lateral jsonb_array_elements(p.meta -> 'causes') as cause
join ledger.log as d on d.lane = p.lane and d.stream = (cause ->> 'stream')::uuid
                    and d.version = (cause ->> 'version')::integer
                    and d.type = 'dispute.closed/1'
cross join lateral jsonb_array_elements(p.data -> 'movements')
    with ordinality as m (movement, place)
cross join lateral jsonb_array_elements(d.data -> 'reversals') as back
where p.lane = %(lane)s and p.position > %(from)s and p.position <= %(to)s
  and p.type = 'receivables.posted/1' and p.data ->> 'kind' = 'dispute_lost'
  and movement ->> 'balance' = 'disputed' and movement ->> 'invoice' = back ->> 'invoice'
  and back ->> 'revenue_account' is null and (back ->> 'amount')::numeric <> 0
  and not p.data -> 'movements' @> '[{"balance": "relieved"}]';

-- name: tax_payable
insert into subledger_entries
select position, '2200', min(account), number, min(entity), min(books), min(day), -sum(booked_tax)
from tax_entries
where position > %(from)s and position <= %(to)s
group by position, number
having sum(booked_tax) <> 0;

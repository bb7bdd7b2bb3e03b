-- name: references
-- A page of references with what each side's books say of it by a day, as at a position.
select reference, payer, payee, currency, min(happened_on) as charged_on,
       coalesce(sum(amount) filter (where kind = 'charged' and happened), 0) as charged,
       coalesce(-sum(amount) filter (where kind = 'settled' and happened), 0) as settled,
       coalesce(-sum(amount) filter (where kind = 'credited' and happened), 0) as credited,
       coalesce(sum(amount) filter (where at_payer), 0) as payer_open,
       coalesce(sum(amount) filter (where at_payee), 0) as payee_open,
       coalesce(sum(amount) filter (where at_payer and kind <> 'settled'), 0) as payer_cost,
       coalesce(sum(amount) filter (where at_payee and kind <> 'settled'), 0) as payee_revenue,
       payer_currency, coalesce(sum(payer_booked) filter (where at_payer), 0) as payer_carried,
       payee_currency, coalesce(sum(payee_booked) filter (where at_payee), 0) as payee_carried
from intercompany_movements
cross join lateral (
    select %(as_of)s::date is null or happened_on <= %(as_of)s as happened,
           %(as_of)s::date is null or payer_posted_on <= %(as_of)s as at_payer,
           %(as_of)s::date is null or payee_posted_on <= %(as_of)s as at_payee
) as told
where happened and reference > %(after)s
  and (%(position)s::bigint is null or position <= %(position)s)
  and (%(entity)s::text is null or payer = %(entity)s or payee = %(entity)s)
group by reference, payer, payee, currency, payer_currency, payee_currency
order by reference
limit %(limit)s;

-- name: eliminable
-- What each side's books hold of each reference, by account and, for results, by day: open of the
-- amount own that the side has on it, of which both sides have common; where that is all of it,
-- references are added up.
with sides as (
    select reference, 'payer' as side, payer as entity, payer_currency as currency,
           payer_posted_on as day, -payer_booked as booked, amount, kind, '2300' as owed, '5200' as result
    from intercompany_movements
    where payer_posted_on <= %(as_of)s and (%(position)s::bigint is null or position <= %(position)s)
    union all
    select reference, 'payee', payee, payee_currency, payee_posted_on, payee_booked, amount, kind,
           '1300', '4200'
    from intercompany_movements
    where payee_posted_on <= %(as_of)s and (%(position)s::bigint is null or position <= %(position)s)
), lines as (
    select reference, side, entity, currency, owed as account, null::date as day, booked, amount
    from sides
    union all
    select reference, side, entity, currency, result, day, -booked, amount
    from sides where kind <> 'settled'
), totals as (
    select reference, account in ('1300', '2300') as is_owed,
           coalesce(sum(amount) filter (where side = 'payer'), 0) as payer,
           coalesce(sum(amount) filter (where side = 'payee'), 0) as payee
    from lines
    group by 1, 2
), shares as (
    select reference, is_owed, payer, payee, greatest(least(payer, payee), 0) as common from totals
)
select entity, currency, account, day,
       case when own = common then null else reference end as reference,
       case when own = common then 1 else common end as common,
       case when own = common then 1 else own end as own, sum(booked) as amount
from lines
join lateral (
    select common, case when side = 'payer' then payer else payee end as own
    from shares
    where shares.reference = lines.reference
      and is_owed = (lines.account in ('1300', '2300'))
) as share on true
group by 1, 2, 3, 4, 5, 6, 7
order by 1, 3, 4, 5;

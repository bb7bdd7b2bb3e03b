-- name: versions_are_dense
-- Every charge of a stream names the one before it, and its amounts add up; what is accrued before
-- a document is posted, and nothing else is.
select c.charge, c.corrects, c.amount, c.delta, c.accrued, c.posted, p.charge as prior
from charges as c
left join charges as p on p.stream = c.stream and p.version = c.version - 1
where c.corrects is distinct from p.charge
   or c.amount <> coalesce(p.amount, 0) + c.delta
   or c.posted <> case when c.clears in ('1150', '1160') then c.accrued - coalesce(p.accrued, 0)
                       else 0 end
limit 100;

-- name: windows_disjoint
-- The usage sets of one item of a subscription do not overlap; those of one period are of unlike
-- groups.
select one.charge, other.charge as overlaps
from charge_streams as s
join charges as one on one.charge = s.charge
join charge_streams as t on t.subscription = s.subscription and t.item = s.item
                        and t.period_from > s.period_from
join charges as other on other.charge = t.charge
where one.window_from < other.window_to and other.window_from < one.window_to
  and one.usage_facts > 0 and other.usage_facts > 0
limit 100;

-- name: billed_by_lines
-- What counts as billed of a stream is what its document lines clear.
select s.stream, s.charge, s.billed, l.cleared, s.billed_net, l.net, s.billed_gross, l.gross
from charge_streams as s
left join (
    select c.stream,
           sum(case v.kind when 'credit_note' then -l.cleared else l.cleared end) as cleared,
           sum(case v.kind when 'credit_note' then -l.net - l.absorbed
                           else l.net + l.absorbed end) as net,
           sum((l.net + l.tax + l.absorbed + l.absorbed_tax)
               * case v.kind when 'credit_note' then -1 else 1 end) as gross
    from invoice_lines as l
    join invoices as v using (number)
    join charges as c on c.charge = l.charge
    where v.kind = 'invoice' or v.reason in ('rerating', 'net_credit')
    group by 1
) as l using (stream)
where (s.billed, s.billed_net, s.billed_gross)
      <> (coalesce(l.cleared, 0), coalesce(l.net, 0), coalesce(l.gross, 0))
limit 100;

-- name: sets_can_be_run_again
-- The newest charges' usage sets, taken again from the rows, count the same facts.
select c.charge, c.usage_facts, r.facts
from (select * from charges where kind = 'usage' order by position desc limit 20) as c
cross join lateral (
    select count(*) as facts
    from usage_events as e
    where e.lane = c.usage_lane and e.account = c.account and e.meter = c.meter
      and e.occurred_at >= c.window_from and e.occurred_at < c.window_to
      and e.position <= c.to_position
) as r
where c.usage_facts <> r.facts;

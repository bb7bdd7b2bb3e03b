-- name: lines_sum_to_totals
-- The lines of a document sum to its net and its tax, and so do its tax groups.
select v.number, v.net, v.tax, v.total, l.net as net_of_lines, l.tax as tax_of_lines,
       t.tax as tax_of_groups
from invoices as v
left join (select number, sum(net) as net, sum(tax) as tax from invoice_lines group by 1) as l
    using (number)
left join (select number, sum(base) as base, sum(tax) as tax from invoice_taxes group by 1) as t
    using (number)
where v.net is distinct from l.net or v.tax is distinct from l.tax
   or v.tax is distinct from t.tax or v.total <> v.net + v.tax
limit 100;

-- name: credited_within_line
-- No line is credited beyond what it billed, and what counts as credited is what credit notes say.
select l.number, l.line, l.net, l.credited_net, c.net as net_of_credit_notes
from invoice_lines as l
left join (
    select against as number, against_line as line, sum(net) as net, sum(tax) as tax
    from invoice_lines where against is not null group by 1, 2
) as c using (number, line)
where l.credited_net <> coalesce(c.net, 0) or l.credited_tax <> coalesce(c.tax, 0)
   or abs(l.credited_net) > abs(l.net)
limit 100;

-- name: numbers_have_no_gaps
-- Document numbers run 1, 2, 3 … per series, in the order in which they were issued.
select number, place
from (
    select number, position,
           row_number() over (partition by regexp_replace(number, '[0-9]+$', '')
                              order by position, number) as place
    from invoices
) as numbered
where substring(number from '[0-9]+$')::bigint <> place
limit 100;

-- name: nothing_settled_twice
-- No invoice is settled beyond its total.
select number, total, open from invoices
where kind = 'invoice' and (open < least(total, 0) or open > greatest(total, 0))
limit 100;

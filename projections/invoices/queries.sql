-- name: invoices
-- A page of the documents of an account, an entity or everybody, oldest first.
select number, kind, entity, account, currency, issued_on, due_on, net, tax, total, open, original, reason, note,
       to_receivable, to_credit_balance, tax_inclusive, stream, version, position, recorded_at
from invoices
where (%(account)s::text is null or account = %(account)s)
  and (%(entity)s::text is null or entity = %(entity)s)
  and (%(kind)s::text is null or kind = %(kind)s)
  and position > %(after)s
order by position
limit %(limit)s;

-- name: invoices_by_number
-- The documents named.
select number, kind, entity, account, currency, issued_on, due_on, net, tax, total, open, original, reason, note,
       to_receivable, to_credit_balance, tax_inclusive, stream, version, position, recorded_at
from invoices
where number = any(%(numbers)s)
order by number;

-- name: credit_notes_of
-- The credit notes against the invoices named, oldest first.
select number, kind, entity, account, currency, issued_on, due_on, net, tax, total, open, original, reason, note,
       to_receivable, to_credit_balance, tax_inclusive, stream, version, position, recorded_at
from invoices
where original = any(%(numbers)s)
order by position;

-- name: invoice_lines
-- The lines of the documents named, with what was credited of each so far.
select number, line, account, line_account, subscription, item, description, period_from, period_to,
       quantity, net, tax, cleared, category, rate, tax_code, charge, revenue_account, corrects,
       against, against_line, kind, allowances, credited_net, credited_tax, position
from invoice_lines
where number = any(%(numbers)s)
order by number, line;

-- name: invoice_lines_of_charges
-- The document lines that bill or correct the charges named, oldest first.
select number, line, account, line_account, subscription, item, description, period_from, period_to,
       quantity, net, tax, cleared, category, rate, tax_code, charge, revenue_account, corrects,
       against, against_line, kind, allowances, credited_net, credited_tax, position
from invoice_lines
where charge = any(%(charges)s)
order by position, line;

-- name: invoice_lines_against
-- The credit-note lines that take back one invoice line, oldest first.
select number, line, account, line_account, subscription, item, description, period_from, period_to,
       quantity, net, tax, cleared, category, rate, tax_code, charge, revenue_account, corrects,
       against, against_line, kind, allowances, credited_net, credited_tax, position
from invoice_lines
where against = %(number)s and against_line = %(line)s
order by position, line;

-- name: billed_lines
-- The invoice lines that billed the charge streams named, newest first: what a re-rating downwards
-- credits.
select c.stream, l.number, l.line, l.account, l.line_account, l.subscription, l.item, l.description, l.period_from, l.period_to,
       l.quantity, l.net, l.tax, l.cleared, l.category, l.rate, l.tax_code, l.charge, l.revenue_account, l.corrects,
       l.against, l.against_line, l.kind, l.allowances, l.credited_net, l.credited_tax, l.position
from charges as c
join invoice_lines as l on l.charge = c.charge
join invoices as v on v.number = l.number
where c.stream = any(%(streams)s) and v.kind = 'invoice'
order by c.stream, l.position desc, l.line desc;

-- name: invoice_taxes
-- The tax groups of the documents named.
select number, place, account, category, rate, base, tax, code, exemption_reason
from invoice_taxes
where number = any(%(numbers)s)
order by number, place;

-- lanes: books

-- name: chart_changes
insert into chart_changes
select position, one ->> 'account', (data ->> 'starts_on')::date, version, one ->> 'name',
       one ->> 'chart_class', (one ->> 'blocked')::boolean, meta ->> 'actor', meta ->> 'reason',
       data ->> 'approved_by', recorded_at
from ledger.log
cross join lateral jsonb_array_elements(data -> 'accounts') as one
where lane = %(lane)s and position > %(from)s and position <= %(to)s and type = 'chart.changed/1';

-- name: posting_rules
insert into posting_rules
select data ->> 'rule', (data ->> 'version')::integer, data ->> 'entity',
       (data ->> 'starts_on')::date, data -> 'accounts', meta ->> 'actor', meta ->> 'reason',
       data ->> 'approved_by', position, recorded_at
from ledger.log
where lane = %(lane)s and position > %(from)s and position <= %(to)s
  and type = 'posting_rule.changed/1';

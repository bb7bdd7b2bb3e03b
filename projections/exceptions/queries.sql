-- name: unpriced
-- Usage that no price fits, or that no item of the plan takes, by the latest charge of its item and
-- period.
select c.charge, c.entity, c.account, c.subscription, c.item, c.meter, c.period_from, c.period_to,
       c.unpriced_count + c.untaken_count as unpriced_count,
       c.unpriced_quantity + c.untaken_quantity as unpriced_quantity, c.position, c.recorded_at
from charges as c
join charge_streams as s on s.charge = c.charge
where c.unpriced_count + c.untaken_count > 0
  and (%(account)s::text is null or c.account = %(account)s)
  and (%(entity)s::text is null or c.entity = %(entity)s)
order by c.account, c.charge;

-- name: unrated
-- Usage facts that no charge's set holds, per account and meter, up to a time of use. Usage within
-- a trial is free, not unrated. Buckets a charge covers in part are counted from their rows.
with flagged as (
    select b.*
    from usage_buckets as b
    where b.rated_position < b.last_position
      and (%(account)s::text is null or b.account = %(account)s)
      and (%(before)s::timestamptz is null or b.bucket < %(before)s)
      and not exists (
          select 1
          from subscriptions as s
          join accounts as a on a.account = s.account
          join plans as p
            on p.plan = s.plan
            or exists (select 1 from subscription_changes as c
                       where c.subscription = s.subscription and c.plan = p.plan)
          cross join lateral jsonb_array_elements(p.items) as item
          where s.account = b.account and s.trial_until is not null
            and item ->> 'meter' = b.meter
            and b.subscription in ('', s.subscription)
            and b.bucket >= s.starts_on::timestamp at time zone a.time_zone
            and b.bucket < s.trial_until::timestamp at time zone a.time_zone)
), counted as (
    select account, meter, facts, first_recorded_at as oldest
    from flagged
    where rated_position < first_position
    union all
    select f.account, f.meter, r.facts, r.oldest
    from flagged as f
    cross join lateral (
        select count(*) as facts, min(e.recorded_at) as oldest
        from usage_events as e
        where e.lane = f.lane and e.account = f.account and e.meter = f.meter
          and e.occurred_at >= f.bucket and e.occurred_at < f.bucket + interval '15 minutes'
          and e.position > f.rated_position and e.position <= f.last_position
          and coalesce(e.subscription, '') = f.subscription
    ) as r
    where f.rated_position >= f.first_position
)
select a.entity, c.account, c.meter, sum(c.facts)::bigint as facts, min(c.oldest) as oldest
from counted as c
left join accounts as a on a.account = c.account
where %(entity)s::text is null or a.entity = %(entity)s
group by 1, 2, 3
order by 1, 2, 3;

-- name: unrated_buckets
-- The quarters of an hour of some accounts in which something is unrated: what a rating has to
-- measure again.
select distinct account, meter, bucket
from usage_buckets
where rated_position < last_position and account = any(%(accounts)s)
order by account, meter, bucket;

-- name: dead_letters
-- A page of the dead letters that no replay took out, newest last.
select d.id, d.lane, d.source, d.day, d.event_id, d.account, d.code, d.detail, d.format,
       octet_length(d.raw) as bytes, d.received_at
from ledger.dead_letters as d
where not exists (select 1 from replays as r where r.dead_letter = d.id)
  and (%(code)s::text is null or d.code = %(code)s)
  and (d.received_at, d.id) > (%(after)s, %(after_id)s)
order by d.received_at, d.id
limit %(limit)s;

-- name: dead_letter_counts
-- How many dead letters are open, per code, and since when.
select d.code, count(*) as letters, min(d.received_at) as oldest
from ledger.dead_letters as d
where not exists (select 1 from replays as r where r.dead_letter = d.id)
group by d.code
order by d.code;

-- name: export_troubles
-- Documents that an ERP rejected and nobody mended, or acknowledged with something else than sent.
select target, external_id, short_ref, entity, posting_date, state, revision, reject_code,
       reject_message, reject_line, disposition, erp_number, erp_posting_date, erp_period,
       erp_amount, total, currency, coalesce(differs, '{}') as differs, position
from export_documents
where (rejected > offered and acknowledged is null or differs <> '{}')
  and (%(target)s::text is null or target = %(target)s)
order by target, position;

-- name: unpriced
-- Usage that no price fits, or that no item of the plan takes, by the latest charge of its item and
-- period; its age counts from the last day that was rated.
select c.charge, c.entity, c.account, c.subscription, c.item, c.meter, c.period_from, c.period_to,
       u.count as unpriced_count, c.unpriced_quantity + c.untaken_quantity as unpriced_quantity,
       case when u.age < 1 then u.count else 0 end as today,
       case when u.age between 1 and 7 then u.count else 0 end as days_7,
       case when u.age between 8 and 30 then u.count else 0 end as days_30,
       case when u.age > 30 then u.count else 0 end as older,
       c.position, c.recorded_at
from charges as c
join charge_streams as s on s.charge = c.charge
join accounts as a on a.account = c.account
cross join lateral (
    select c.unpriced_count + c.untaken_count as count,
           (coalesce(%(now)s::timestamptz, now()) at time zone a.time_zone)::date
               - (c.rated_to - 1) as age
) as u
where c.unpriced_count + c.untaken_count > 0
  and (%(account)s::text is null or c.account = %(account)s)
  and (%(entity)s::text is null or c.entity = %(entity)s)
order by c.account, c.charge;

-- name: unrated
-- Usage facts that no charge's set holds, per account, meter and reason, used before a time; by age
-- in days since they were used. to_rate waits for a rating, no_price is of a meter that no item of a
-- live subscription prices, no_subscription was used when none was live. Usage within a trial is
-- free, and what an entitlement alone covers is included in the plan: neither is unrated, nor is
-- a day of which everything was declared void, unless a rating has to take that. Of the
-- days that are not rated whole, the rows tell what is.
with flagged as materialized (
    select d.*, r.rated_position, a.entity, a.time_zone,
           (coalesce(%(now)s::timestamptz, now()) at time zone a.time_zone)::date as today
    from unrated_days as u
    join usage_days as d using (lane, account, meter, day, subscription)
    join accounts as a on a.account = d.account
    cross join lateral (
        select coalesce(max(w.to_position), 0) as rated_position
        from rated_windows as w
        where w.lane = d.lane and w.account = d.account and w.meter = d.meter
          and w.window_from <= d.day and w.window_to >= d.day + interval '1 day'
          and d.subscription in ('', w.subscription) and w.facts > 0
    ) as r
    where (%(account)s::text is null or d.account = %(account)s)
      and (%(entity)s::text is null or a.entity = %(entity)s)
      and (%(before)s::timestamptz is null or d.day < %(before)s)
), counted as (
    select f.entity, f.account, f.meter, f.subscription, r.day, f.today - r.day as age, r.facts,
           r.live, r.oldest
    from flagged as f
    cross join lateral (
        select (e.occurred_at at time zone f.time_zone)::date as day, count(*) as facts,
               count(*) filter (where e.superseded_at is null and not e.void) as live,
               min(e.recorded_at) as oldest
        from usage_events as e
        where e.lane = f.lane and e.account = f.account and e.meter = f.meter
          and e.occurred_at >= f.day and e.occurred_at < f.day + interval '1 day'
          and (%(before)s::timestamptz is null or e.occurred_at < %(before)s)
          and e.position > f.rated_position and e.position <= f.last_position
          and coalesce(e.subscription, '') = f.subscription
          and not exists (
              select 1
              from rated_windows as w
              where w.lane = f.lane and w.account = f.account and w.meter = f.meter
                and w.window_from <= e.occurred_at and w.window_to > e.occurred_at
                and w.to_position >= e.position and w.facts > 0
                and f.subscription in ('', w.subscription))
        group by 1
    ) as r
), covered as (
    select d.account, d.meter, d.subscription, d.day,
           bool_or(i.priced and d.day < s.trial_until) as free,
           bool_or(i.priced) as priced, bool_or(i.included) as included
    from (select distinct account, meter, subscription, day from counted) as d
    join subscriptions as s
      on s.account = d.account and d.subscription in ('', s.subscription)
     and d.day >= s.starts_on and d.day < coalesce(s.ends_on, 'infinity')
    left join lateral (
        select c.plan, c.starts_on
        from subscription_changes as c
        where c.subscription = s.subscription and c.plan is not null and c.starts_on <= d.day
        order by c.starts_on desc, c.version desc
        limit 1
    ) as c on true
    left join lateral (
        select p.items
        from plans as p
        where p.plan = coalesce(c.plan, s.plan) and p.starts_on <= d.day
          and (p.applies_to = 'all' or p.starts_on <= coalesce(c.starts_on, s.starts_on))
        order by p.starts_on desc, p.version desc
        limit 1
    ) as p on true
    cross join lateral (
        select coalesce(bool_or(item ->> 'kind' = 'usage'), false) as priced,
               coalesce(bool_or(item ->> 'kind' = 'entitlement'), false) as included
        from jsonb_array_elements(p.items) as item
        where item ->> 'meter' = d.meter
    ) as i
    group by 1, 2, 3, 4
), judged as (
    select n.*, case when c.priced then 'to_rate' when c.account is not null then 'no_price'
                     else 'no_subscription' end as reason
    from counted as n
    left join covered as c using (account, meter, subscription, day)
    where not coalesce(c.free or c.included and not c.priced, false)
)
select entity, account, meter, reason, sum(facts)::bigint as facts,
       coalesce(sum(facts) filter (where age < 1), 0)::bigint as today,
       coalesce(sum(facts) filter (where age between 1 and 7), 0)::bigint as days_7,
       coalesce(sum(facts) filter (where age between 8 and 30), 0)::bigint as days_30,
       coalesce(sum(facts) filter (where age > 30), 0)::bigint as older,
       min(oldest) as oldest
from judged
where live > 0 or reason = 'to_rate'
group by 1, 2, 3, 4
order by 1, 2, 3, 4;

-- name: unrated_spans
-- When, of some accounts, something is unrated: what a rating has to measure again. A whole day that
-- no window touches, else the quarters of an hour in which rows are in no charge's set; those that
-- meet are one span.
with days as (
    select d.*, coalesce(r.rated_position, 0) as rated_position, r.touched
    from unrated_days as d
    cross join lateral (
        select count(*) > 0 as touched,
               max(w.to_position) filter (
                   where w.window_from <= d.day and w.window_to >= d.day + interval '1 day'
                     and d.subscription in ('', w.subscription) and w.facts > 0) as rated_position
        from rated_windows as w
        where w.lane = d.lane and w.account = d.account and w.meter = d.meter
          and w.window_from < d.day + interval '1 day' and w.window_to > d.day
    ) as r
    where d.account = any(%(accounts)s)
), spans as (
    select account, meter, tstzrange(day, day + interval '1 day') as span
    from days
    where not touched
    union all
    select d.account, d.meter, tstzrange(q.quarter, q.quarter + interval '15 minutes')
    from days as d
    cross join lateral (
        select distinct date_bin('15 minutes', e.occurred_at, '2000-01-01 00:00:00+00') as quarter
        from usage_events as e
        where e.lane = d.lane and e.account = d.account and e.meter = d.meter
          and e.occurred_at >= d.day and e.occurred_at < d.day + interval '1 day'
          and e.position > d.rated_position
          and coalesce(e.subscription, '') = d.subscription
          and not exists (
              select 1
              from rated_windows as w
              where w.lane = d.lane and w.account = d.account and w.meter = d.meter
                and w.window_from <= e.occurred_at and w.window_to > e.occurred_at
                and w.to_position >= e.position and w.facts > 0
                and d.subscription in ('', w.subscription))
    ) as q
    where d.touched
)
select account, meter, lower(span) as starts, upper(span) as ends
from (
    select account, meter, unnest(range_agg(span)) as span
    from spans
    group by account, meter
) as merged
order by account, meter, starts;

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

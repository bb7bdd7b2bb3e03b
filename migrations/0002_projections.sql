-- A way to hold a build of a projection still.

-- Until then the follower leaves the build alone, so that two builds can be compared at one
-- position. It is a lease, not a lock: a process that dies holds nobody up for long.
alter table ledger.builds add column parked_until timestamptz;

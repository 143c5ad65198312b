-- Since when the process that leads cannot fold the next events into a version; null while it can. In the database, so that
-- every process can tell, and the next leader too.
alter table projections add column failed_at timestamptz;

-- The layout of a version's rows: a number that grows when the rules by which a projection fills its columns change, or the
-- form of its stored states. Processes of the version before know of none, and what they build is of layout 1.
alter table projections add column layout int not null default 1 check (layout > 0);

-- Without events there are no rows, of whatever layout.
update projections set layout = 2 where (select seq from log_head) = 0;

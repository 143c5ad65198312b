-- A replay under way, or one that was interrupted and can be taken up again: the version that it builds. How far it has come
-- is that version's checkpoint. Whoever runs it holds an advisory lock on the name, which the server releases when that
-- session ends, however it ends.
create table projection_replays (
    name text primary key,
    version int not null,
    -- The version that it takes over from, once it has: the one to be dropped.
    replaced int,
    started_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    -- The last event that is folded, also where its rows are not written yet; for showing.
    seq bigint not null default 0,
    events_per_second double precision not null default 0,
    is_cancelled boolean not null default false,
    foreign key (name, version) references projections
) with (fillfactor = 20);

alter table projection_replays owner to waybill_owner;
grant select, insert, update, delete on projection_replays to waybill_writer;

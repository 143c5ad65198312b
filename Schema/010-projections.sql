-- How far each version of a read model has followed the log. Written in the transaction that writes the model's rows, and
-- locked by it, so that several processes may follow and each event still counts once. `epoch` is the one in which the
-- event `seq` was written: it tells when the history that the rows were made of no longer exists.
create table projections (
    name text not null,
    version int not null check (version > 0),
    seq bigint not null default 0 check (seq >= 0),
    epoch text not null default '',
    updated_at timestamptz not null default clock_timestamp(),
    primary key (name, version)
) with (fillfactor = 20);

alter table projections owner to waybill_owner;
grant select, insert, update, delete on projections to waybill_writer;

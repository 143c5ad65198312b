-- Keys that every process on this log must share, such as the one that seals positions for customers.
create table secrets (
    name text primary key,
    value bytea not null
);

alter table secrets owner to waybill_owner;
grant select, insert on secrets to waybill_writer;

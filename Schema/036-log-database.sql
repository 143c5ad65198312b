-- The database's own oid is part of its identity: all else of it is the same in a copy that `create database … template`
-- makes. Epochs that are there belong to this database, so that the upgrade opens none. The default fills the column
-- for processes of the version before.
create function log_database() returns bigint
    language sql stable
    as $$
select oid::bigint from pg_catalog.pg_database where datname = pg_catalog.current_database()
$$;

alter function log_database() owner to waybill_owner;

alter table log_epochs add column database bigint not null default log_database();

-- A publication of all tables sends deletions too. `commands_default` is the one table without a key from which rows are
-- deleted; the days' partitions are dropped as a whole.
alter table commands_default replica identity full;

-- An epoch names one unbroken history of this log. It opens when the identity of the database differs from the one that
-- wrote last (restart, restore, promotion): only then can positions be handed out a second time.
create table log_epochs (
    ordinal bigint primary key check (ordinal > 0),
    epoch text not null unique check (epoch ~ '^[a-z2-7]{8}$'),
    first_seq bigint not null check (first_seq > 0),
    identity text not null,
    opened_at timestamptz not null
);

alter table log_epochs owner to waybill_owner;
grant select, insert on log_epochs to waybill_writer;

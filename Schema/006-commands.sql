-- Accepted commands by their idempotency key. The look-up happens under the head lock, so uniqueness over all partitions
-- needs no index of its own. `first_seq` greater than `last_seq`: the command was accepted and had nothing to add.
create table commands (
    order_id uuid not null,
    first_seq bigint not null,
    last_seq bigint not null,
    recorded_at timestamptz not null,
    version int not null,
    shop text not null,
    command_id text not null,
    status text not null,
    fingerprint bytea not null check (length(fingerprint) = 32)
) partition by range (recorded_at);

create index commands_by_id on commands (command_id, shop);

create table commands_default partition of commands default;

alter table commands owner to waybill_owner;
alter table commands_default owner to waybill_owner;
grant select, insert on commands to waybill_writer;

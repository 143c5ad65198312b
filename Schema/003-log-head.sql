-- One row, locked by every append: positions have no holes and become visible in order.
create table log_head (
    one boolean primary key default true check (one),
    epoch text not null,
    seq bigint not null check (seq >= 0),
    recorded_at timestamptz not null
) with (fillfactor = 10);

insert into log_head (epoch, seq, recorded_at) values ('', 0, '-infinity');

alter table log_head owner to waybill_owner;
grant select, update on log_head to waybill_writer;

-- Events and placed orders of each minute in which they were recorded; minutes long past are dropped as new ones come.
create table stats_minutes (
    minute timestamptz not null,
    model_version int not null,
    events bigint not null,
    placed bigint not null,
    shop text not null,
    primary key (minute, shop, model_version)
) partition by list (model_version);

alter table stats_minutes owner to waybill_owner;
grant select, insert, update, delete on stats_minutes to waybill_writer;

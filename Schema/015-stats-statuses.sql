-- How many orders show each headline now.
create table stats_statuses (
    model_version int not null,
    orders bigint not null,
    shop text not null,
    status text not null,
    primary key (shop, status, model_version)
) partition by list (model_version);

alter table stats_statuses owner to waybill_owner;
grant select, insert, update, delete on stats_statuses to waybill_writer;

-- How long headlines were shown before the next one, as a histogram: bucket 0 is less than a millisecond, bucket n ends at
-- 2^(n/4) milliseconds. Sums are exact.
create table stats_durations (
    model_version int not null,
    bucket smallint not null,
    visits bigint not null,
    milliseconds bigint not null,
    shop text not null,
    status text not null,
    primary key (shop, status, bucket, model_version)
) partition by list (model_version);

alter table stats_durations owner to waybill_owner;
grant select, insert, update, delete on stats_durations to waybill_writer;

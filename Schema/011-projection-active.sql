-- Which version of each read model is served. Readers read this row in the snapshot in which they read the model's rows, so
-- that a rebuilt version takes over between two statements.
create table projection_active (
    name text primary key,
    version int not null,
    foreign key (name, version) references projections
);

alter table projection_active owner to waybill_owner;
grant select, insert, update on projection_active to waybill_writer;

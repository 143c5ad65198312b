-- The current state becomes a projection like the others: partitioned by version, so that a new one can be built beside the
-- one that is served. The appender writes the version that is active under the head lock, and no other.
alter table orders rename to orders_v1;
alter table orders_v1 drop constraint orders_pkey;
alter table orders_v1 add column model_version int not null default 1;

create table orders (
    order_id uuid not null,
    seq bigint not null,
    recorded_at timestamptz not null,
    version int not null,
    shop text not null,
    customer text not null,
    status text not null,
    state text not null,
    model_version int not null,
    primary key (order_id, model_version)
) partition by list (model_version);

alter table orders owner to waybill_owner;
grant select, insert, update, delete on orders to waybill_writer;
alter table orders attach partition orders_v1 for values in (1);
alter table orders_v1 alter column model_version drop default;
revoke all on orders_v1 from waybill_writer;

create or replace function projection_tables(model text) returns text[]
    language sql immutable
    as $$
select case model
    when 'current' then array['orders']
    when 'orders' then array['order_list', 'order_list_keys']
    when 'stats' then array['stats_orders', 'stats_statuses', 'stats_minutes', 'stats_durations']
end
$$;

-- Its checkpoint is the log's head for as long as it is the active version, and is not kept here.
select projection_open('current', 1);
insert into projection_active (name, version) values ('current', 1);

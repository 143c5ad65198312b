-- The order list's narrow half: what orders are found and ordered by. A row changes only when one of these does.
create table order_list_keys (
    order_id uuid not null,
    placed_at timestamptz not null,
    model_version int not null,
    attention boolean not null,
    shop text not null,
    customer text not null,
    number text not null,
    status text not null,
    carriers text[] not null,
    tracking_numbers text[] not null,
    primary key (order_id, model_version)
) partition by list (model_version);

-- Newest placed first, after each of the ways in which the list is entered. Carriers and tracking numbers are found by
-- their inverted index where few orders match, and by walking one of the others where many do.
create index order_list_placed on order_list_keys (placed_at desc, order_id desc);
create index order_list_shop on order_list_keys (shop, placed_at desc, order_id desc);
create index order_list_status on order_list_keys (status, placed_at desc, order_id desc);
create index order_list_shop_status on order_list_keys (shop, status, placed_at desc, order_id desc);
create index order_list_customer on order_list_keys (customer, placed_at desc, order_id desc);
create index order_list_number on order_list_keys (number, placed_at desc, order_id desc);
create index order_list_attention on order_list_keys (placed_at desc, order_id desc) where attention;
create index order_list_shop_attention on order_list_keys (shop, placed_at desc, order_id desc) where attention;
create index order_list_carriers on order_list_keys using gin (tracking_numbers, carriers) with (fastupdate = off);

alter table order_list_keys owner to waybill_owner;
grant select, insert, update, delete on order_list_keys to waybill_writer;

-- The order of each event that gives a tracking number to a parcel or a return. Written in the append transaction, so that
-- a scan by tracking number finds all that is committed. Rows only come: a replaced number still finds its order. The key
-- ends with the event, so that the newest orders of a number that is used again and again are found without the others.
create table tracking_numbers (
    seq bigint not null,
    order_id uuid not null,
    shop text not null,
    number_key text not null,
    primary key (shop, number_key, seq)
);

alter table tracking_numbers owner to waybill_owner;
grant select, insert, delete on tracking_numbers to waybill_writer;

-- The form in which tracking numbers are compared: ASCII letters and digits, in upper case; null where there are none. The
-- collation "C" keeps ranges and upper case to ASCII, whatever the database's locale.
create function tracking_number_key(number text) returns text
    language sql immutable
    as $$
select nullif(upper(regexp_replace(number collate "C", '[^A-Za-z0-9]', '', 'g') collate "C"), '')
$$;

alter function tracking_number_key(text) owner to waybill_owner;

-- The rows that the table must have, from the log.
create view logged_tracking_numbers as
select seq, order_id, shop, number_key
from (
    select seq, order_id, shop,
        tracking_number_key(
            case type
                when 'TrackingChanged' then coalesce(data, internal) #>> '{new,trackingNumber}'
                else coalesce(data, internal) ->> 'trackingNumber'
            end) as number_key
    from events
    where type in ('ParcelPacked', 'ParcelDispatched', 'TrackingChanged')
) given
where number_key is not null;

alter view logged_tracking_numbers owner to waybill_owner;
grant select on logged_tracking_numbers to waybill_writer;

-- Makes the table equal to the log and returns the number of rows that were wrong. Safe beside a running service: each
-- statement sees rows and events of the same commits, and rows that are right are left alone.
create function tracking_numbers_rebuild() returns bigint
    language plpgsql
    as $$
declare
    removed bigint;
    added bigint;
begin
    delete from tracking_numbers t
    where not exists (
        select from logged_tracking_numbers l
        where l.seq = t.seq and l.order_id = t.order_id and l.shop = t.shop and l.number_key = t.number_key);
    get diagnostics removed = row_count;
    insert into tracking_numbers (seq, order_id, shop, number_key)
    select seq, order_id, shop, number_key from logged_tracking_numbers
    on conflict do nothing;
    get diagnostics added = row_count;
    return removed + added;
end
$$;

alter function tracking_numbers_rebuild() owner to waybill_owner;

-- The numbers of the parcels that left before this table was there.
select tracking_numbers_rebuild();

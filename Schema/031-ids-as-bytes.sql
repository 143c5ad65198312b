-- Ids and names are compared as bytes, whatever the database's locale. With a locale, an update of the system's
-- libraries may leave an index in an order that no look-up expects: a command id is not found then, and accepted twice.
--
-- The tables that are Waybill's. The schema may hold others, which are left alone.
create function waybill_tables() returns name[]
    language sql immutable
    as $$
select array[
    'log_epochs', 'log_head', 'events', 'commands', 'order_states', 'secrets', 'projections', 'projection_active',
    'projection_replays', 'order_list', 'order_list_keys', 'stats_orders', 'stats_statuses', 'stats_minutes',
    'stats_durations', 'tracking_numbers']::name[]
$$;

alter function waybill_tables() owner to waybill_owner;

-- Gives all text columns the collation "C" and builds their indexes again; tables are not rewritten. Does nothing where
-- that was done before. Appends wait meanwhile, about a second for each 40 MiB of indexes.
create function compare_ids_as_bytes() returns void
    language plpgsql
    as $$
declare
    item record;
    permission record;
    views text[] := array['orders', 'logged_tracking_numbers'];
begin
    -- No append is under way then, so that none waits for a table while this change waits for another of its tables.
    perform from log_head for update;
    -- A column that a view names cannot be changed beneath it.
    create temp table former_views on commit drop as
    select c.relname, pg_get_viewdef(c.oid) as definition, c.relowner::regrole as owner, c.relacl
    from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'v' and c.relname = any(views);
    for item in select relname from former_views loop
        execute format('drop view %I', item.relname);
    end loop;
    for item in
        select c.relname, string_agg(
            format('alter column %I type %s collate "C"', a.attname, a.atttypid::regtype), ', ' order by a.attnum
        ) as changes
        from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
            and c.relname = any (waybill_tables()) and a.attnum > 0 and not a.attisdropped
            and a.atttypid in ('text'::regtype, 'text[]'::regtype)
            and a.attcollation = 'pg_catalog."default"'::regcollation
        group by c.relname order by c.relname
    loop
        execute format('alter table %I %s', item.relname, item.changes);
    end loop;
    for item in select * from former_views loop
        execute format('create view %I as %s', item.relname, item.definition);
        execute format('alter view %I owner to %s', item.relname, item.owner);
        for permission in select grantee, privilege_type from aclexplode(item.relacl) where grantee <> 0 loop
            execute format(
                'grant %s on %I to %s', permission.privilege_type, item.relname, permission.grantee::regrole);
        end loop;
    end loop;
end
$$;

revoke all on function compare_ids_as_bytes() from public;

-- A database of up to 32 MiB of such indexes changes now, in about a second. A larger one is left to an administrator
-- (`docs/operations.md`): its appends would wait for longer. So is one whose tables a long transaction holds, since
-- appends would wait behind this change for as long as that transaction takes.
do $$
begin
    if (
        select coalesce(sum(pg_relation_size(i.indexrelid)), 0) <= 32 * 1024 * 1024
        from pg_index i join pg_class c on c.oid = i.indexrelid
        where c.relnamespace = current_schema()::regnamespace
            and 'pg_catalog."default"'::regcollation = any (i.indcollation::oid[])
    ) then
        set local lock_timeout = '1s';
        begin
            perform compare_ids_as_bytes();
        exception when lock_not_available then
            raise notice 'ids are still compared by the locale: call compare_ids_as_bytes() later';
        end;
        set local lock_timeout = 0;
    end if;
end
$$;

-- Ids and names are compared as bytes, whatever the database's locale. With a locale, an update of the system's
-- libraries may leave an index in an order that no look-up expects: a command id is not found then, and accepted
-- twice.

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

-- True for an index of Waybill's own, or its part in a partition, as a migration made it. Anybody else's index is left
-- alone, and so is one of Waybill's that somebody has made anew with columns to include or another operator class.
create function is_waybill_index(index_id oid) returns boolean
    language sql stable
    as $$
select exists (
    select from pg_index x
    left join pg_inherits i on i.inhrelid = x.indexrelid
    join pg_class root on root.oid = coalesce(i.inhparent, x.indexrelid)
    where x.indexrelid = index_id
        and root.relname in (
            'log_epochs_epoch_key', 'commands_by_id', 'order_states_customer', 'secrets_pkey', 'projections_pkey',
            'projection_active_pkey', 'projection_replays_pkey', 'order_list_shop', 'order_list_status',
            'order_list_shop_status', 'order_list_customer', 'order_list_number', 'order_list_shop_attention',
            'order_list_shop_attention_since', 'order_list_carriers', 'stats_attention', 'stats_statuses_pkey',
            'stats_minutes_pkey', 'stats_durations_pkey', 'tracking_numbers_pkey')
        and x.indnatts = x.indnkeyatts and not x.indisreplident
        -- A column since PostgreSQL 15.
        and not coalesce((to_jsonb(x) ->> 'indnullsnotdistinct')::boolean, false)
        and not exists (select from pg_opclass c where c.oid = any (x.indclass::oid[]) and not c.opcdefault)
        and not exists (select from pg_attribute a where a.attrelid = index_id and a.attoptions is not null))
$$;

-- The name of the index that is made beside another one to take over from it.
create function twin_name(index_name name) returns name
    language sql immutable
    as $$
select (left(index_name, 57) || '_bytes')::name
$$;

alter function is_waybill_index(oid) owner to waybill_owner;
alter function twin_name(name) owner to waybill_owner;
revoke all on function is_waybill_index(oid) from public;
revoke all on function twin_name(name) from public;

-- What keeps the columns from being changed: views, rules, policies, triggers, publications and the like that
-- somebody has made upon them. PostgreSQL refuses to change a column beneath one. Somebody's index would be made
-- anew under lock, however large, and its parts in partitions would get other names.
create function ids_as_bytes_obstacles() returns setof text
    language sql stable
    as $$
select pg_describe_object(
    case when r.oid is null then d.classid else 'pg_class'::regclass end, coalesce(r.ev_class, d.objid), 0)
from pg_class c
join pg_depend d on (d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid)
    or (c.relkind = 'v' and d.refclassid = 'pg_type'::regclass and d.refobjid = c.reltype)
left join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
left join pg_attrdef g on d.classid = 'pg_attrdef'::regclass and g.oid = d.objid
left join pg_constraint k on d.classid = 'pg_constraint'::regclass and k.oid = d.objid
left join pg_class f on f.oid = k.conrelid
left join pg_attribute u on u.attrelid = g.adrelid and u.attnum = g.adnum
where c.relnamespace = current_schema()::regnamespace and d.deptype <> 'i'
    and (
        (c.relkind in ('r', 'p') and c.relname = any (waybill_tables()) and a.attnum > 0
            and a.atttypid in ('text'::regtype, 'text[]'::regtype)
            and a.attcollation = 'pg_catalog."default"'::regcollation
            and d.classid in ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_trigger'::regclass,
                'pg_publication_rel'::regclass, 'pg_proc'::regclass, 'pg_attrdef'::regclass,
                'pg_constraint'::regclass))
        or (c.relkind = 'v' and c.relname in ('orders', 'logged_tracking_numbers')))
    -- Waybill's own views are made anew, and a default of the column itself stays.
    and not coalesce(r.ev_class in (
        to_regclass(format('%I.orders', current_schema())),
        to_regclass(format('%I.logged_tracking_numbers', current_schema()))), false)
    and (g.oid is null or u.attgenerated <> '')
    -- A key that refers to a table from another one.
    and (k.oid is null or (k.contype = 'f' and not f.relname = any (waybill_tables())))
    and exists (
        select from pg_attribute o join pg_class t on t.oid = o.attrelid
        where t.relnamespace = current_schema()::regnamespace and t.relname = any (waybill_tables()) and o.attnum > 0
            and o.attcollation = 'pg_catalog."default"'::regcollation)
union
select pg_describe_object('pg_class'::regclass, x.indexrelid, 0)
from pg_index x
join pg_class c on c.oid = x.indexrelid
join pg_class t on t.oid = x.indrelid
left join pg_inherits p on p.inhrelid = t.oid
left join pg_class parent on parent.oid = p.inhparent
where t.relnamespace = current_schema()::regnamespace and coalesce(parent.relname, t.relname) = any (waybill_tables())
    and exists (
        select from pg_attribute a
        where a.attrelid = t.oid and a.atttypid in ('text'::regtype, 'text[]'::regtype)
            and a.attcollation = 'pg_catalog."default"'::regcollation
            and (
                a.attnum = any (x.indkey::int2[])
                -- A column in an expression or a condition.
                or exists (
                    select from pg_depend d
                    where d.classid = 'pg_class'::regclass and d.objid = x.indexrelid
                        and d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid and d.refobjsubid = a.attnum)))
    -- A partition's part of an index goes by the whole.
    and not exists (select from pg_inherits i where i.inhrelid = x.indexrelid)
    and not is_waybill_index(x.indexrelid)
    and not exists (
        select from pg_index w join pg_class v on v.oid = w.indexrelid
        where w.indrelid = x.indrelid and twin_name(v.relname) = c.relname and is_waybill_index(w.indexrelid))
order by 1
$$;

alter function ids_as_bytes_obstacles() owner to waybill_owner;
revoke all on function ids_as_bytes_obstacles() from public;

-- Fails where there are obstacles, which the error names.
create function require_no_ids_as_bytes_obstacles() returns void
    language plpgsql
    as $$
declare
    obstacles text;
begin
    select string_agg(o, ', ') into obstacles from ids_as_bytes_obstacles() o;
    if obstacles is not null then
        raise exception 'ids cannot be compared as bytes while columns are used by: %', obstacles
            using errcode = 'dependent_objects_still_exist',
                hint = 'Drop these, run "waybill migrate" and make them again.';
    end if;
end
$$;

-- Gives all text columns the collation "C", beneath Waybill's own views. Leaves the obstacles to its caller.
create function change_text_collations() returns void
    language plpgsql
    as $$
declare
    item record;
    permission record;
    views jsonb;
begin
    -- No append and no projector is under way then: each begins with one of these tables, and so waits before it has
    -- locked another one that this change needs.
    lock table log_head in access exclusive mode;
    lock table projection_active in access exclusive mode;
    lock table projections in access exclusive mode;
    -- A column that a view names cannot be changed beneath it.
    select jsonb_agg(jsonb_build_object(
        'name', c.relname, 'definition', pg_get_viewdef(c.oid), 'owner', c.relowner::regrole, 'acl', c.relacl::text))
    into views
    from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'v'
        and c.relname in ('orders', 'logged_tracking_numbers');
    for item in select * from jsonb_to_recordset(views) as v (name text) loop
        execute format('drop view %I', item.name);
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
    for item in select * from jsonb_to_recordset(views) as v (name text, definition text, owner text, acl text) loop
        execute format('create view %I as %s', item.name, item.definition);
        execute format('alter view %I owner to %s', item.name, item.owner);
        for permission in select grantee, privilege_type from aclexplode(item.acl::aclitem[]) where grantee <> 0 loop
            execute format(
                'grant %s on %I to %s', permission.privilege_type, item.name, permission.grantee::regrole);
        end loop;
    end loop;
    -- Statements that were prepared before would fail, each once. Their sessions end while they wait for this change,
    -- and the processes connect again: so those of the version before, which would answer such a failure with 500, go
    -- on too.
    perform pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and application_name like 'waybill %'
        and application_name <> 'waybill migrate' and pg_has_role(usesysid, 'usage');
end
$$;

-- Gives all text columns the collation "C" and builds their indexes again; tables are not rewritten. Does nothing
-- where that was done before. Appends wait meanwhile, about a second for each 40 MiB of indexes. Fails within half a
-- second where another session, such as a dump, holds a table, and where there are obstacles.
create function compare_ids_as_bytes() returns void
    language plpgsql
    set lock_timeout = '500ms'
    as $$
begin
    perform require_no_ids_as_bytes_obstacles();
    perform change_text_collations();
end
$$;

alter function require_no_ids_as_bytes_obstacles() owner to waybill_owner;
alter function change_text_collations() owner to waybill_owner;
revoke all on function require_no_ids_as_bytes_obstacles() from public;
revoke all on function change_text_collations() from public;
alter function compare_ids_as_bytes() owner to waybill_owner;
revoke all on function compare_ids_as_bytes() from public;

-- A database without events changes now. Any other is changed beside its commands (032). The change is no need: what
-- keeps it from being made must not keep the service from its work.
do $$
declare
    reason text;
begin
    if not exists (select from events) then
        perform compare_ids_as_bytes();
    end if;
exception
    when lock_not_available or deadlock_detected then
        raise notice 'another session uses a table; ids are compared as bytes later';
    when others then
        get stacked diagnostics reason = message_text;
        raise warning 'ids are still compared by the locale: %', reason;
end
$$;

-- Indexes of large tables are made while the service runs: by `create index concurrently`, which is no part of a
-- transaction. The statements that a database still needs follow from its catalogs alone, so that a process that was
-- killed is followed by one that goes on. The service runs them in the background, `waybill migrate` in the
-- foreground, and an administrator by `select step from index_steps() \gexec`.
--
-- Today: indexes that are ordered by the locale, where they were too large to be built again under lock (031). Each
-- gets a twin that compares bytes; when all have one, the twins take over, which costs no more than a change of the
-- catalogs.

-- Waybill's indexes whose order depends on the locale, and their twins. Those below a mebibyte need none, as long as
-- 24 MiB hold them all: the largest get twins until the others fit.
create function locale_indexes() returns table (
    index_id oid, index_name name, table_id oid, table_name name, root_id oid, twin name, is_constraint boolean,
    is_primary boolean, needs_twin boolean, has_twin boolean, bytes bigint, twin_definition text)
    language sql stable
    as $$
select x.indexrelid, c.relname, t.oid, t.relname, coalesce(i.inhparent, x.indexrelid), n.twin, k.oid is not null,
    x.indisprimary,
    (b.bytes >= 1024 * 1024 or sum(b.bytes) over (order by b.bytes, x.indexrelid) > 24 * 1024 * 1024)
        and (k.oid is null or not t.relispartition),
    exists (
        select from pg_index w join pg_class v on v.oid = w.indexrelid
        where w.indrelid = t.oid and v.relname = n.twin and w.indisvalid and w.indisunique = x.indisunique
            and w.indkey::text = x.indkey::text
            and not 'pg_catalog."default"'::regcollation = any (w.indcollation::oid[])),
    b.bytes,
    format(
        'create %sindex concurrently %I on %I using %I (%s)%s%s%s',
        case when x.indisunique then 'unique ' else '' end, n.twin, t.relname, m.amname,
        (
            select string_agg(
                pg_get_indexdef(x.indexrelid, place, false)
                || case when x.indcollation[place - 1] <> 0 then ' collate "C"' else '' end
                || case x.indoption[place - 1]
                    when 1 then ' desc nulls last' when 2 then ' nulls first' when 3 then ' desc' else '' end,
                ', ' order by place)
            from generate_series(1, x.indnkeyatts::int) place),
        ' with (' || array_to_string(c.reloptions, ', ') || ')',
        ' tablespace ' || quote_ident(s.spcname),
        ' where ' || pg_get_expr(x.indpred, x.indrelid))
from pg_index x
join pg_class c on c.oid = x.indexrelid and c.relkind = 'i'
join pg_class t on t.oid = x.indrelid
join pg_am m on m.oid = c.relam
cross join lateral (select twin_name(c.relname) as twin) n
cross join lateral (select pg_relation_size(c.oid) as bytes) b
left join pg_inherits i on i.inhrelid = c.oid
left join pg_inherits p on p.inhrelid = t.oid
left join pg_class parent on parent.oid = p.inhparent
left join pg_tablespace s on s.oid = c.reltablespace
left join pg_constraint k on k.conindid = c.oid and k.contype in ('p', 'u') and k.conrelid = t.oid
where t.relnamespace = current_schema()::regnamespace and coalesce(parent.relname, t.relname) = any (waybill_tables())
    and 'pg_catalog."default"'::regcollation = any (x.indcollation::oid[]) and is_waybill_index(x.indexrelid)
$$;

-- The statements that are left, in their order. Each may run twice, and a new call tells what is left then.
create function index_steps() returns table (step text)
    language sql
    as $$
-- What a process left behind that was killed while it made one.
select format('drop index concurrently %I', l.twin)
from locale_indexes() l
join pg_class c on c.relname = l.twin
join pg_index x on x.indexrelid = c.oid and x.indrelid = l.table_id and not x.indisvalid
union all
(
    select twin_definition from locale_indexes()
    where needs_twin and not has_twin and not exists (select from ids_as_bytes_obstacles())
    order by bytes, index_name)
union all
select 'select finish_ids_as_bytes()'
where exists (select from locale_indexes()) and not exists (select from ids_as_bytes_obstacles())
union all
-- The change forgets the statistics of the columns.
select format('analyze %I', table_name)
from (
    select distinct table_name from locale_indexes()
    where needs_twin and not exists (select from ids_as_bytes_obstacles()) order by 1) changed
$$;

-- Lets the twins take over, and gives all text columns the collation "C". The index of a column that has changed is
-- kept where it compares bytes already. Fails within a second where another session, such as a dump, holds a table.
create function finish_ids_as_bytes() returns void
    language plpgsql
    as $$
declare
    item record;
    replaced jsonb;
    bytes constant bigint := (select coalesce(sum(l.bytes), 0) from locale_indexes() l where not has_twin);
begin
    if bytes > 32 * 1024 * 1024 then
        raise exception '% bytes of indexes have no twin yet', bytes using errcode = 'object_not_in_prerequisite_state';
    end if;
    -- Asked before any index is gone: a twin without the index that it takes over from looks like somebody's.
    perform require_no_ids_as_bytes_obstacles();
    perform set_config('lock_timeout', '500ms', true);
    -- No append and no projector is under way then: each begins with one of these tables, and so waits before it has
    -- locked another one that this change needs.
    lock table log_head in access exclusive mode;
    lock table projection_active in access exclusive mode;
    lock table projections in access exclusive mode;
    select jsonb_agg(to_jsonb(l) || jsonb_build_object(
        'relkind', r.relkind, 'root_name', r.relname, 'root_definition', pg_get_indexdef(root_id),
        'root_tablespace', s.spcname))
    into replaced
    from locale_indexes() l join pg_class r on r.oid = l.root_id left join pg_tablespace s on s.oid = r.reltablespace
    where has_twin or not is_constraint;
    -- Small indexes without a twin are made again below, or by the change of their columns.
    for item in
        select * from jsonb_to_recordset(replaced) as r (table_name name, index_name name, is_constraint boolean)
        where is_constraint
    loop
        execute format('alter table %I drop constraint %I', item.table_name, item.index_name);
    end loop;
    for item in
        select distinct root_name from jsonb_to_recordset(replaced) as r (root_name name, is_constraint boolean)
        where not is_constraint
    loop
        execute format('drop index %I', item.root_name);
    end loop;
    perform change_text_collations();
    for item in
        select * from jsonb_to_recordset(replaced)
            as r (table_name name, index_name name, twin name, is_constraint boolean, is_primary boolean)
        where is_constraint
    loop
        execute format('alter table %I add constraint %I %s using index %I', item.table_name, item.index_name,
            case when item.is_primary then 'primary key' else 'unique' end, item.twin);
    end loop;
    for item in
        select * from jsonb_to_recordset(replaced)
            as r (twin name, index_name name, has_twin boolean, is_constraint boolean)
        where has_twin and not is_constraint
    loop
        execute format('alter index %I rename to %I', item.twin, item.index_name);
    end loop;
    -- The index of a partitioned table takes those of its partitions that are like it.
    for item in
        select distinct root_definition, root_tablespace from jsonb_to_recordset(replaced)
            as r (root_definition text, root_tablespace name, relkind text, has_twin boolean, is_constraint boolean)
        where not is_constraint and (relkind = 'I' or not has_twin)
        order by root_definition
    loop
        -- A definition names no tablespace. The empty name is the database's.
        perform set_config('default_tablespace', coalesce(item.root_tablespace, ''), true);
        execute replace(item.root_definition, ' ON ONLY ', ' ON ');
    end loop;
end
$$;

alter function locale_indexes() owner to waybill_owner;
alter function index_steps() owner to waybill_owner;
alter function finish_ids_as_bytes() owner to waybill_owner;
revoke all on function locale_indexes() from public;
revoke all on function index_steps() from public;
revoke all on function finish_ids_as_bytes() from public;
-- A service that may not change the schema tells whether something is left.
grant execute on function
    is_waybill_index(oid), twin_name(name), ids_as_bytes_obstacles(), locale_indexes(), index_steps()
to waybill_writer;

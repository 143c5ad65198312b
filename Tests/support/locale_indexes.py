"""A database whose ids are compared by the locale, as a version before wrote it, and questions to its catalogs."""

# The database as a version before wrote it, whose ids are compared by the locale.
LOCALIZED = """
do $$
declare
    item record;
    views constant text[] := array['orders', 'logged_tracking_numbers'];
begin
    create temp table definitions on commit drop as
    select relname, pg_get_viewdef(oid) as text from pg_class where relname = any(views) and relkind = 'v';
    for item in select * from definitions loop execute format('drop view %I', item.relname); end loop;
    for item in
        select c.relname, string_agg(
            format('alter column %I type %s collate "default"', a.attname, a.atttypid::regtype), ', ') as changes
        from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
            and c.relname = any (waybill_tables())
            and a.attnum > 0 and not a.attisdropped and a.attcollation = 'pg_catalog."C"'::regcollation
        group by 1
    loop
        execute format('alter table %I %s', item.relname, item.changes);
    end loop;
    for item in select * from definitions loop
        execute format('create view %I as %s', item.relname, item.text);
        execute format('alter view %I owner to waybill_owner', item.relname);
        execute format('grant select, insert, update, delete on %I to waybill_writer', item.relname);
    end loop;
end $$
"""
INDEXES = """
select tablename, indexname, indexdef from pg_indexes where schemaname = 'public' and tablename <> 'schema_migrations'
order by 1, 2
"""
KEYS = "select conrelid::regclass, conname, contype from pg_constraint where contype in ('p', 'u') order by 1::text, 2"
BY_LOCALE = """
select count(*) from pg_attribute a join pg_class c on c.oid = a.attrelid
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'i') and c.relname !~ '^schema_migrations'
    and a.attnum > 0 and a.attcollation = 'pg_catalog."default"'::regcollation
"""
INVALID = "select indexrelid::regclass from pg_index where not indisvalid"
STEPS = "select count(*) from index_steps()"

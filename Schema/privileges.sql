-- The statements that are missing for the owner to own Waybill's tables, views and functions and for the writer to use
-- them. A fresh database lacks none: the migrations grant all of it. A dump that was restored without its owners or
-- privileges does, and so may one where somebody has revoked a privilege. No numbered migration: it is asked after the
-- roles were made, each time. A migration that makes a table, a view or a function adds a line here.
--
-- A login may run the statements with `may_run`; without those with `is_needed` the service cannot work. Those with
-- `locks` wait for whoever reads the table, such as a dump.
with
tables (name, privileges) as (values
    ('schema_migrations', '{select}'::text[]),
    ('log_epochs', '{select,insert}'),
    ('log_head', '{select,update}'),
    ('events', '{select,insert}'),
    ('commands', '{select,insert}'),
    ('order_states', '{select,insert,update,delete}'),
    ('orders', '{select,insert,update,delete}'),
    ('secrets', '{select,insert}'),
    ('projections', '{select,insert,update,delete}'),
    ('projection_active', '{select,insert,update}'),
    ('projection_replays', '{select,insert,update,delete}'),
    ('order_list', '{select,insert,update,delete}'),
    ('order_list_keys', '{select,insert,update,delete}'),
    ('order_list_by_carrier', '{select,insert,update,delete}'),
    ('stats_orders', '{select,insert,update,delete}'),
    ('stats_statuses', '{select,insert,update,delete}'),
    ('stats_minutes', '{select,insert,update,delete}'),
    ('stats_durations', '{select,insert,update,delete}'),
    ('tracking_numbers', '{select,insert,delete}'),
    ('logged_tracking_numbers', '{select}'),
    ('tracking_links', '{select,insert,delete}'),
    ('staff_sessions', '{select,insert,delete}')
),
-- Who may call a function: its owner alone, the writer too, or everybody.
functions (name, callers) as (values
    ('events_refuse_change', 'everybody'),
    ('commands_maintain', 'writer'),
    ('commands_expiry', 'writer'),
    ('commands_expire', 'writer'),
    ('commands_partitions', 'writer'),
    ('commands_missing_days', 'writer'),
    ('commands_default_is_large', 'writer'),
    ('commands_drop_left_constraints', 'writer'),
    ('commands_add_day', 'writer'),
    ('projection_open', 'writer'),
    ('projection_clear', 'writer'),
    ('projection_drop', 'writer'),
    ('projection_tables', 'everybody'),
    ('projection_fence', 'everybody'),
    ('tracking_number_key', 'everybody'),
    ('tracking_numbers_rebuild', 'everybody'),
    ('waybill_tables', 'everybody'),
    ('is_waybill_index', 'writer'),
    ('twin_name', 'writer'),
    ('ids_as_bytes_obstacles', 'writer'),
    ('locale_indexes', 'writer'),
    ('index_steps', 'writer'),
    ('require_no_ids_as_bytes_obstacles', 'owner'),
    ('change_text_collations', 'owner'),
    ('compare_ids_as_bytes', 'owner'),
    ('finish_ids_as_bytes', 'owner'),
    ('log_database', 'everybody')
),
roles as (
    select 'waybill_owner'::name as owner, 'waybill_writer'::name as writer,
        (select oid from pg_roles where rolname = 'waybill_owner') as owner_id,
        (select oid from pg_roles where rolname = 'waybill_writer') as writer_id
),
roots as (
    select c.oid, c.relname, c.relkind, c.relowner, t.privileges
    from tables t join pg_class c on c.relname = t.name
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v')
),
relations as (
    select oid, relname, relkind, relowner from roots
    union
    select c.oid, c.relname, c.relkind, c.relowner
    from roots r cross join pg_partition_tree(r.oid) part join pg_class c on c.oid = part.relid
    where r.relkind = 'p'
),
routines as (
    select p.oid, p.proname, p.oid::regprocedure::text as name, p.proowner, p.proacl, f.callers
    from functions f join pg_proc p on p.proname = f.name and p.pronamespace = current_schema()::regnamespace
),
missing (place, object, statement, may_run, is_needed) as (
    select 1, relname::text, format(
            'alter %s %I owner to %I', case relkind when 'v' then 'view' else 'table' end, relname, owner),
        pg_has_role(relowner, 'usage'), false
    from relations cross join roles where relowner <> owner_id
    union all
    select 2, relname, format('grant %s on %I to %I', string_agg(privilege, ', '), relname, writer),
        pg_has_role(relowner, 'usage'), true
    from roots cross join roles cross join unnest(privileges) privilege
    where not coalesce(has_table_privilege(writer_id, oid, privilege), false)
    group by relname, writer, relowner
    union all
    select 3, name, format('alter function %s owner to %I', name, owner), pg_has_role(proowner, 'usage'), false
    from routines cross join roles where proowner <> owner_id
    union all
    -- A dump that was restored without privileges lets everybody call them, some with the rights of their owner.
    select 4, name, format('revoke all on function %s from public', name), pg_has_role(proowner, 'usage'), false
    from routines where callers <> 'everybody' and has_function_privilege('public', oid, 'execute')
    union all
    select 5, name, format('grant execute on function %s to %I', name, writer), pg_has_role(proowner, 'usage'),
        -- The service works without those for indexes.
        proname ~ '^(commands|projection)_' and not coalesce(has_function_privilege(writer_id, oid, 'execute'), false)
    from routines cross join roles
    where callers = 'writer' and writer_id is distinct from owner_id
        and not exists (select from aclexplode(proacl) a where a.grantee = writer_id and a.privilege_type = 'EXECUTE')
    union all
    -- The trigger goes by the writer's name, which may have been another one where the dump was made.
    select 6, r.relname,
        format(
            'create or replace trigger projection_fence before update of seq on projections for each row '
            'when (new.layout > 1 and current_user = %L) execute function projection_fence()', writer),
        pg_has_role(r.relowner, 'usage'), false
    from roots r join pg_trigger t on t.tgrelid = r.oid cross join roles
    where r.relname = 'projections' and t.tgname = 'projection_fence'
        and position('= ' || quote_literal(writer) || '::name' in pg_get_triggerdef(t.oid)) = 0
)
select object, statement, may_run, is_needed, place in (1, 6) as locks from missing order by place, object

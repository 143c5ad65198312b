-- The roles: the owner holds every table and cannot log in; the writer is what the service acts as (`set role`). No
-- numbered migration: it runs before them, each time, and repairs what a restore or an administrator has changed. Roles
-- belong to the whole cluster, so another database finds them there; two migrations at once may race to make them.
do $$
declare
    login constant text := 'waybill_login';
    owner constant text := 'waybill_owner';
    writer constant text := 'waybill_writer';
    has_set_option constant boolean := current_setting('server_version_num')::int >= 160000;
    migrations text := format('%I.schema_migrations', current_schema());
    -- An administrator without a superuser's rights makes and changes tables as a member of the roles.
    members constant text[] := case when (select rolsuper from pg_roles where rolname = current_user)
        then array[login] else array[login, current_user::text] end;
    member text;
    name text;
begin
    foreach name in array array[owner, writer] loop
        if not exists (select from pg_roles where rolname = name) then
            begin
                execute format('create role %I nologin', name);
            exception when duplicate_object or unique_violation then
                null;
            end;
        end if;
        -- Who makes a role in PostgreSQL 16 may grant it, but not yet act as it. An administrator who runs this for
        -- another login gives it the writer alone.
        foreach member in array members loop
            continue when name <> writer and member <> current_user;
            if not has_set_option and not pg_has_role(member, name, 'member') then
                execute format('grant %I to %I', name, member);
            elsif has_set_option and not (pg_has_role(member, name, 'set') and pg_has_role(member, name, 'usage')) then
                execute format('grant %I to %I with inherit true, set true', name, member);
            end if;
        end loop;
    end loop;
    if not has_schema_privilege(owner, current_schema(), 'create')
        or not has_schema_privilege(owner, current_schema(), 'usage') then
        execute format('grant create, usage on schema %I to %I', current_schema(), owner);
    end if;
    if not has_schema_privilege(writer, current_schema(), 'usage') then
        execute format('grant usage on schema %I to %I', current_schema(), writer);
    end if;
    -- A table of this name in another schema of the search path is another program's.
    if to_regclass(migrations) is null then
        create table schema_migrations (
            version int primary key, name text not null, checksum text not null,
            applied_at timestamptz not null default clock_timestamp());
    end if;
end
$$;

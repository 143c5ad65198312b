-- The owner holds every table and cannot log in; the writer is what the service acts as (`set role`).
-- Roles belong to the whole cluster, so a second database finds them there; two migrations at once may race to make them.
do $$
begin
    if not exists (select from pg_roles where rolname = 'waybill_owner') then
        create role waybill_owner nologin;
    end if;
exception when duplicate_object or unique_violation then
    null;
end
$$;

do $$
begin
    if not exists (select from pg_roles where rolname = 'waybill_writer') then
        create role waybill_writer nologin;
    end if;
exception when duplicate_object or unique_violation then
    null;
end
$$;

do $$
begin
    if not pg_has_role(current_user, 'waybill_owner', 'member') then
        execute format('grant waybill_owner to %I', current_user);
    end if;
    if not pg_has_role(current_user, 'waybill_writer', 'member') then
        execute format('grant waybill_writer to %I', current_user);
    end if;
    execute format('grant create, usage on schema %I to waybill_owner', current_schema());
    execute format('grant usage on schema %I to waybill_writer', current_schema());
end
$$;

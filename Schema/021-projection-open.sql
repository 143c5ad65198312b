-- Prepares an empty version with its checkpoint at the log's beginning; one that is there already is left as it is. Its
-- tables are made for themselves and then attached: that way nobody who reads or writes the served version waits.
create or replace function projection_open(model text, model_version int) returns void
    language plpgsql security definer
    as $$
declare
    parent text;
    part text;
begin
    if projection_tables(model) is null or model_version < 1 then
        raise exception 'there is no projection % or no version %', model, model_version
            using errcode = 'invalid_parameter_value';
    end if;
    perform pg_advisory_xact_lock(hashtext('waybill.projection_versions'));
    foreach parent in array projection_tables(model) loop
        part := parent || '_v' || model_version;
        if to_regclass(format('%I', part)) is null then
            execute format('create table %I (like %I including all) with (fillfactor = 70)', part, parent);
            execute format('alter table %I attach partition %I for values in (%s)', parent, part, model_version);
        end if;
    end loop;
    insert into projections (name, version) values (model, model_version) on conflict do nothing;
end
$$;

do $$
begin
    -- Replacing a function forgets its settings; a definer's must not find its tables by the caller's search path.
    execute format('alter function projection_open(text, int) set search_path = %I, pg_temp', current_schema());
end
$$;

-- Makes, empties and drops the partitions of one version of a read model. They run as the owner, since the writer may not
-- create, truncate or drop tables.
create function projection_tables(model text) returns text[]
    language sql immutable
    as $$
select case model
    when 'orders' then array['order_list', 'order_list_keys']
    when 'stats' then array['stats_orders', 'stats_statuses', 'stats_minutes', 'stats_durations']
end
$$;

-- Prepares an empty version with its checkpoint at the log's beginning; one that is there already is left as it is.
create function projection_open(model text, model_version int) returns void
    language plpgsql security definer
    as $$
declare
    parent text;
begin
    if projection_tables(model) is null or model_version < 1 then
        raise exception 'there is no read model % or no version %', model, model_version
            using errcode = 'invalid_parameter_value';
    end if;
    perform pg_advisory_xact_lock(hashtext('waybill.projection_versions'));
    foreach parent in array projection_tables(model) loop
        if to_regclass(format('%I', parent || '_v' || model_version)) is null then
            execute format(
                'create table %I partition of %I for values in (%s) with (fillfactor = 70)',
                parent || '_v' || model_version, parent, model_version);
        end if;
    end loop;
    insert into projections (name, version) values (model, model_version) on conflict do nothing;
end
$$;

-- Empties a version and puts its checkpoint back to the log's beginning.
create function projection_clear(model text, model_version int) returns void
    language plpgsql security definer
    as $$
declare
    parent text;
begin
    foreach parent in array projection_tables(model) loop
        execute format('truncate %I', parent || '_v' || model_version);
    end loop;
    update projections set seq = 0, epoch = '', updated_at = clock_timestamp()
        where name = model and version = model_version;
end
$$;

-- Drops a version that is not served.
create function projection_drop(model text, model_version int) returns void
    language plpgsql security definer
    as $$
declare
    parent text;
begin
    delete from projections where name = model and version = model_version;
    foreach parent in array projection_tables(model) loop
        execute format('drop table if exists %I', parent || '_v' || model_version);
    end loop;
end
$$;

do $$
declare
    function_name text;
begin
    foreach function_name in array array['projection_open', 'projection_clear', 'projection_drop'] loop
        execute format('alter function %I(text, int) owner to waybill_owner', function_name);
        -- A definer's function must not find its tables by the caller's search path.
        execute format(
            'alter function %I(text, int) set search_path = %I, pg_temp', function_name, current_schema());
        execute format('revoke all on function %I(text, int) from public', function_name);
        execute format('grant execute on function %I(text, int) to waybill_writer', function_name);
    end loop;
end
$$;
alter function projection_tables(text) owner to waybill_owner;

select projection_open('orders', 1);
select projection_open('stats', 1);
insert into projection_active (name, version) values ('orders', 1), ('stats', 1);

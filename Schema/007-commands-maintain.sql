-- Makes the partitions for today and the days ahead, and drops those whose commands are all older than the retention.
-- Runs as the owner, since the writer may not create or drop tables. Names are `commands_YYYYMMDD`, days in UTC.
create function commands_maintain(retention_days int, days_ahead int default 2) returns void
    language plpgsql
    security definer
    set timezone = 'UTC'
    as $$
declare
    today date := (clock_timestamp() at time zone 'UTC')::date;
    day date;
    part record;
begin
    if retention_days < 1 or days_ahead < 1 then
        raise exception 'retention_days and days_ahead must be at least 1' using errcode = 'invalid_parameter_value';
    end if;
    perform pg_advisory_xact_lock(hashtext('waybill.commands_maintain'));
    for day in select generate_series(today, today + days_ahead, interval '1 day')::date loop
        if to_regclass('commands_' || to_char(day, 'YYYYMMDD')) is null then
            begin
                execute format(
                    'create table %I partition of commands for values from (%L) to (%L)',
                    'commands_' || to_char(day, 'YYYYMMDD'),
                    day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
            exception when check_violation then
                null;  -- the default partition already holds commands of that day; they stay there
            end;
        end if;
    end loop;
    for part in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'commands'::regclass and c.relname ~ '^commands_[0-9]{8}$'
            and to_date(substr(c.relname, 10), 'YYYYMMDD') < today - retention_days
    loop
        execute format('drop table %I', part.relname);
    end loop;
    delete from commands_default where recorded_at < clock_timestamp() - make_interval(days => retention_days);
end
$$;

alter function commands_maintain(int, int) owner to waybill_owner;
do $$
begin
    -- A definer's function must not find its tables by the caller's search path.
    execute format('alter function commands_maintain(int, int) set search_path = %I, pg_temp', current_schema());
end
$$;
revoke all on function commands_maintain(int, int) from public;
grant execute on function commands_maintain(int, int) to waybill_writer;

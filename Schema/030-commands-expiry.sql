-- The retention of command ids goes by the log's own days, and not by the clock alone. A clock that jumps ahead by a
-- hundred days, for some seconds, must not drop the ids of a hundred days.
--
-- The day before which accepted commands may be dropped. Commands were accepted on more than `retention_days` later days
-- (one more than by the clock, since a jump adds a day), and by the clock as well the day lies that far back. A clock
-- that is wrong keeps ids for longer, never for less.
create function commands_expiry(retention_days int) returns date
    language plpgsql
    set timezone = 'UTC'
    as $$
declare
    part record;
    is_used boolean;
    days date[] := array(select distinct (recorded_at at time zone 'UTC')::date from commands_default);
    oldest_kept date;
begin
    for part in
        select c.relname, to_date(substr(c.relname, 10), 'YYYYMMDD') as day
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'commands'::regclass and c.relname ~ '^commands_[0-9]{8}$'
    loop
        execute format('select exists (select from %I)', part.relname) into is_used;
        if is_used then days := days || part.day; end if;
    end loop;
    select day into oldest_kept from (select distinct unnest(days) as day) used
    order by day desc offset retention_days + 1 limit 1;
    return least(
        coalesce(oldest_kept, '-infinity'), (clock_timestamp() at time zone 'UTC')::date - retention_days);
end
$$;

alter function commands_expiry(int) owner to waybill_owner;
revoke all on function commands_expiry(int) from public;

-- Makes the partitions for today and the days ahead, and for the head's day where the head is ahead of the clock; drops
-- those of days before `commands_expiry`.
create or replace function commands_maintain(retention_days int, days_ahead int default 2) returns void
    language plpgsql
    security definer
    set timezone = 'UTC'
    as $$
declare
    today date := (clock_timestamp() at time zone 'UTC')::date;
    last date;
    expiry date;
    day date;
    part record;
begin
    if retention_days < 1 or days_ahead < 1 then
        raise exception 'retention_days and days_ahead must be at least 1' using errcode = 'invalid_parameter_value';
    end if;
    perform pg_advisory_xact_lock(hashtext('waybill.commands_maintain'));
    select greatest(today, (recorded_at at time zone 'UTC')::date) into last from log_head;
    for day in
        select generate_series(today, today + days_ahead, interval '1 day')::date
        union select generate_series(last, last + days_ahead, interval '1 day')::date
    loop
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
    expiry := commands_expiry(retention_days);
    for part in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'commands'::regclass and c.relname ~ '^commands_[0-9]{8}$'
            and to_date(substr(c.relname, 10), 'YYYYMMDD') < expiry
    loop
        execute format('drop table %I', part.relname);
    end loop;
    if expiry > '-infinity' then
        delete from commands_default where recorded_at < expiry::timestamp at time zone 'UTC';
    end if;
end
$$;

do $$
begin
    -- Replacing a function forgets its settings; a definer's must not find its tables by the caller's search path.
    execute format('alter function commands_maintain(int, int) set search_path = %I, pg_temp', current_schema());
end
$$;

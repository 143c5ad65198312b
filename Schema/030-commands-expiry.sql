-- The retention of command ids goes by the log's own days, and not by the clock alone. A clock that jumps ahead by a
-- hundred days, for some seconds, must not drop the ids of a hundred days.
--
-- Each step below is short, and a transaction of its own where the service calls it: nothing scans the default
-- partition while commands wait. That partition may hold a day of commands, where the day's own was not made in time.

-- The day before which accepted commands may be dropped. Commands were accepted on more than `retention_days` later
-- days (one more than by the clock, since a jump adds a day), and by the clock as well the day lies that far back. A
-- clock that is wrong keeps ids for longer, never for less. `-infinity` where nothing is as old as that by the clock.
create function commands_expiry(retention_days int) returns date
    language plpgsql
    security definer
    set timezone = 'UTC'
    as $$
declare
    by_clock constant date := (clock_timestamp() at time zone 'UTC')::date - retention_days;
    part record;
    is_used boolean;
    days date[] := '{}';
    first timestamptz;
    oldest_kept date;
begin
    select min(recorded_at) into first from commands_default;
    if not exists (select from commands_partitions() where day < by_clock)
        and coalesce(first >= by_clock::timestamp at time zone 'UTC', true) then
        return '-infinity';
    end if;
    while first is not null loop
        days := days || (first at time zone 'UTC')::date;
        select min(recorded_at) into first from commands_default
        where recorded_at >= ((first at time zone 'UTC')::date + 1)::timestamp at time zone 'UTC';
    end loop;
    for part in select * from commands_partitions() loop
        execute format('select exists (select from %I)', part.name) into is_used;
        if is_used then days := days || part.day; end if;
    end loop;
    select day into oldest_kept from (select distinct unnest(days) as day) used
    order by day desc offset retention_days + 1 limit 1;
    return least(coalesce(oldest_kept, '-infinity'), by_clock);
end
$$;

-- The partitions of single days.
create function commands_partitions() returns table (name name, day date)
    language sql stable
    as $$
select c.relname, to_date(substr(c.relname, 10), 'YYYYMMDD')
from pg_inherits i join pg_class c on c.oid = i.inhrelid
where i.inhparent = 'commands'::regclass and c.relname ~ '^commands_[0-9]{8}$' and not i.inhdetachpending
$$;

-- Drops one partition of a day before `commands_expiry`, or some thousand rows of the default partition.
--
-- Returns true while more may be left to drop.
create function commands_expire(retention_days int, row_limit int default 20000) returns boolean
    language plpgsql
    security definer
    set timezone = 'UTC'
    as $$
declare
    expiry date;
    expired name;
    removed bigint;
begin
    if retention_days < 1 then
        raise exception 'retention_days must be at least 1' using errcode = 'invalid_parameter_value';
    end if;
    -- Another process does it.
    if not pg_try_advisory_xact_lock(hashtext('waybill.commands_maintain')) then return false; end if;
    expiry := commands_expiry(retention_days);
    if expiry = '-infinity' then return false; end if;
    delete from commands_default where ctid = any (array(
        select ctid from commands_default where recorded_at < expiry::timestamp at time zone 'UTC' limit row_limit));
    get diagnostics removed = row_count;
    if removed > 0 then return true; end if;
    select name into expired from commands_partitions() where day < expiry order by day limit 1;
    if expired is null then return false; end if;
    execute format('drop table %I', expired);
    return true;
end
$$;

-- The days that have no partition: today and the days ahead, and those of the head where it is ahead of the clock.
create function commands_missing_days(days_ahead int) returns setof date
    language sql stable
    security definer
    set timezone = 'UTC'
    as $$
with days as (
    select (clock_timestamp() at time zone 'UTC')::date as first
    union select greatest((clock_timestamp() at time zone 'UTC')::date, (recorded_at at time zone 'UTC')::date)
    from log_head)
select day::date from (
    select generate_series(first, first + days_ahead, interval '1 day') as day from days) wanted
where to_regclass('commands_' || to_char(day, 'YYYYMMDD')) is null
group by day order by day
$$;

-- True for a default partition that takes more than a moment to search.
create function commands_default_is_large() returns boolean
    language sql stable
    as $$
select pg_relation_size('commands_default') >= 8 * 1024 * 1024
$$;

-- Drops the constraints of `commands_add_day` whose day comes within one day, or the head's time with it, and which a
-- process that was killed has left. Such a constraint would refuse the commands of its day.
create function commands_drop_left_constraints() returns void
    language plpgsql
    security definer
    set timezone = 'UTC'
    as $$
declare
    left_over name;
begin
    for left_over in
        select conname from pg_constraint
        where conrelid = 'commands_default'::regclass and conname ~ '^commands_[0-9]{8}_not_in_default$'
            and to_date(substr(conname, 10, 8), 'YYYYMMDD') <= 1 + (
                select greatest(clock_timestamp(), recorded_at) at time zone 'UTC' from log_head)::date
    loop
        execute format('alter table commands_default drop constraint if exists %I', left_over);
    end loop;
end
$$;

-- Does the next step to make a day's partition. A large default partition is first searched beside the commands: by a
-- constraint that leaves the day out, and that is then validated. Without it the server searches it under a lock.
--
-- The constraint refuses commands of that day until the partition is there, so that it is made two days before, or
-- not at all. Returns true when the partition is there, or is not made since the default partition holds commands of that
-- day or will hold them; false where another step is left, for a transaction of its own.
create function commands_add_day(day date) returns boolean
    language plpgsql
    security definer
    set timezone = 'UTC'
    as $$
declare
    part constant name := 'commands_' || to_char(day, 'YYYYMMDD');
    without constant name := part || '_not_in_default';
    first constant timestamptz := day::timestamp at time zone 'UTC';
    next constant timestamptz := (day + 1)::timestamp at time zone 'UTC';
    is_validated boolean;
begin
    -- Another process does it.
    if not pg_try_advisory_xact_lock(hashtext('waybill.commands_maintain')) then return true; end if;
    if to_regclass(part) is not null then return true; end if;
    if commands_default_is_large() then
        if day <= 1 + (
            select greatest(clock_timestamp(), recorded_at) at time zone 'UTC' from log_head)::date then
            execute format('alter table commands_default drop constraint if exists %I', without);
            return true;
        end if;
        select convalidated into is_validated from pg_constraint
        where conrelid = 'commands_default'::regclass and conname = without;
        if is_validated is null then
            execute format(
                'alter table commands_default add constraint %I check (recorded_at < %L or recorded_at >= %L) not valid',
                without, first, next);
            return false;
        elsif not is_validated then
            execute format('alter table commands_default validate constraint %I', without);
            return false;
        end if;
    end if;
    execute format('create table %I (like commands including defaults including constraints)', part);
    execute format('alter table commands attach partition %I for values from (%L) to (%L)', part, first, next);
    execute format('alter table commands_default drop constraint if exists %I', without);
    return true;
exception when check_violation then
    execute format('alter table commands_default drop constraint if exists %I', without);
    return true;
end
$$;

-- For processes of the version before, which call this alone. Beside a large default partition the days' partitions
-- are made by processes of this version.
create or replace function commands_maintain(retention_days int, days_ahead int default 2) returns void
    language plpgsql
    security definer
    set timezone = 'UTC'
    as $$
declare
    day date;
begin
    if retention_days < 1 or days_ahead < 1 then
        raise exception 'retention_days and days_ahead must be at least 1' using errcode = 'invalid_parameter_value';
    end if;
    perform commands_drop_left_constraints();
    for attempt in 1..20 loop
        exit when not commands_expire(retention_days);
    end loop;
    if commands_default_is_large() then return; end if;
    for day in select commands_missing_days(days_ahead) loop
        perform commands_add_day(day);
    end loop;
end
$$;

-- The oldest row of the default partition is found without a search. A large one does without: the search, beside the
-- commands, takes seconds, and the index would keep commands waiting.
do $$
declare
    part text;
begin
    if pg_relation_size('commands_default') < 64 * 1024 * 1024 then
        create index commands_default_by_time on commands_default (recorded_at);
    end if;
    foreach part in array array[
        'commands_expiry(int)', 'commands_partitions()', 'commands_default_is_large()', 'commands_expire(int, int)',
        'commands_missing_days(int)', 'commands_add_day(date)', 'commands_maintain(int, int)',
        'commands_drop_left_constraints()'
    ] loop
        execute format('alter function %s owner to waybill_owner', part);
        -- A definer's function must not find its tables by the caller's search path.
        execute format('alter function %s set search_path = %I, pg_temp', part, current_schema());
        execute format('revoke all on function %s from public', part);
        execute format('grant execute on function %s to waybill_writer', part);
    end loop;
end
$$;

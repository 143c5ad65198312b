-- A process that does not know a version's layout must not write rows of its own rules among the others. During a rolling
-- upgrade a process of a former version stops there, and goes on with no harm done: a newer process follows the log. A
-- process tells what it knows in its session's setting `waybill.layouts`, such as `current:2,orders:2,stats:2`.
create function projection_fence() returns trigger
    language plpgsql
    as $$
declare
    known int := substring(current_setting('waybill.layouts', true) from '\m' || new.name || ':(\d+)')::int;
begin
    if coalesce(known, 1) < new.layout then
        raise exception 'a newer version of Waybill has built the projection % (layout %); this process knows layout %',
            new.name, new.layout, coalesce(known, 1)
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    return new;
end
$$;
alter function projection_fence() owner to waybill_owner;

create trigger projection_fence before update of seq on projections
    for each row when (new.layout > 1 and current_user = 'waybill_writer') execute function projection_fence();

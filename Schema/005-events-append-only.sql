-- The log is the truth: nobody rewrites it, not even its owner by accident.
create function events_refuse_change() returns trigger
    language plpgsql
    as $$
begin
    raise exception 'the event log is append-only: % is refused', tg_op
        using errcode = 'restrict_violation';
end
$$;

alter function events_refuse_change() owner to waybill_owner;

create trigger events_append_only
    before update or delete or truncate on events
    for each statement execute function events_refuse_change();

alter table events enable always trigger events_append_only;

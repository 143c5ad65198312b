-- Sessions of the staff's and the operators' pages. A session stands for the bearer token that it was exchanged for. The
-- token is sealed with a key that only the cookie yields, and the cookie is here as a hash alone, so that a copy of the
-- database opens no session.
create table staff_sessions (
    session_hash bytea primary key,
    -- The person: role and subject.
    actor text collate "C" not null,
    sealed_token bytea not null,
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null
);

create index staff_sessions_actor on staff_sessions (actor, created_at);
create index staff_sessions_expiry on staff_sessions (expires_at);

alter table staff_sessions owner to waybill_owner;
grant select, insert, delete on staff_sessions to waybill_writer;

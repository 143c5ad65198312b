-- Tracking links: the token of a link gives access to one order. Only the token's hash is here, so that a copy of the
-- database opens no order. A link has a row for each of its tokens: one, and another one for each repetition of the request
-- that made the link, since the first token cannot be told again.
create table tracking_links (
    token_hash bytea primary key,
    link_id uuid not null,
    order_id uuid not null,
    shop text collate "C" not null,
    -- The Idempotency-Key of the request, and what a repetition must have in common with it.
    command_id text collate "C",
    ttl_seconds int not null,
    expires_at timestamptz not null
);

create index tracking_links_order on tracking_links (order_id);
create index tracking_links_link on tracking_links (link_id);
create index tracking_links_command on tracking_links (shop, command_id) where command_id is not null;
create index tracking_links_expiry on tracking_links (expires_at);

alter table tracking_links owner to waybill_owner;
grant select, insert, delete on tracking_links to waybill_writer;

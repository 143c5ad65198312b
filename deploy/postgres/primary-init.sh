#!/bin/bash
# Runs once, when the primary's cluster is made: the login with which the replica follows, and its slot.
set -euo pipefail

psql -v ON_ERROR_STOP=1 -v password="$REPLICATION_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
create role replicator with login replication password :'password';
select pg_create_physical_replication_slot('replica', true);
SQL

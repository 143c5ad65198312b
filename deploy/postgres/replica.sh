#!/bin/bash
# Copies the primary where this replica has no cluster yet, then runs the command that follows, which is PostgreSQL. A
# copy takes its place only when it is whole.
set -euo pipefail

export PGPASSWORD=$REPLICATION_PASSWORD
primary="host=$PRIMARY_HOST port=$PRIMARY_PORT user=replicator application_name=replica"
while [[ ! -e $PGDATA/PG_VERSION ]]; do
    rm -rf -- "$PGDATA.copy"
    if pg_basebackup --dbname "$primary" --pgdata "$PGDATA.copy" --write-recovery-conf --slot replica \
        --wal-method stream --checkpoint fast; then
        mv -- "$PGDATA.copy" "$PGDATA"
    else
        echo "the primary cannot be copied yet; trying again in 2 s" >&2
        sleep 2
    fi
done
unset PGPASSWORD
exec "$@"

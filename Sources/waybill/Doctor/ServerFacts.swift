import Postgres

/// The facts about a PostgreSQL server that any login may read.
struct ServerFacts {
    let version: String
    let versionNumber: Int32
    let isStandby: Bool
    let encoding: String
    /// The connections that logins without privileges may have, and those that are taken.
    let connections: (usable: Int32, taken: Int64)
    /// The settings that decide whether an acknowledged commit survives a crash, by name.
    let durability: [String: String]
    let synchronousStandbys: String
    let autovacuum: Bool
    /// The age of the oldest transaction id of this database.
    let transactionAge: Int64
    let databaseBytes: Int64
    /// The age of the oldest open transaction that the login may see, in seconds, and its process; nil without one.
    let oldestTransaction: (seconds: Double, process: Int32)?
    /// The age of the oldest prepared transaction, in seconds; nil without one.
    let oldestPrepared: Double?
    /// The last attempt to archive the write-ahead log failed.
    let archivingFails: Bool
    /// True where the login sees the state of other sessions and of standbys.
    let seesStatistics: Bool

    static func read(on connection: PostgresConnection) async throws -> ServerFacts {
        let row = try await connection.query(sql)[0]
        let names = ["fsync", "synchronous_commit", "full_page_writes"]
        var durability: [String: String] = [:]
        for name in names { durability[name] = try row.get(name, as: String.self) }
        let seconds = try row.get("oldest_transaction", as: Double?.self)
        let process = try row.get("oldest_process", as: Int32?.self)
        return ServerFacts(
            version: try row.get("version", as: String.self),
            versionNumber: try row.get("version_number", as: Int32.self),
            isStandby: try row.get("is_standby", as: Bool.self),
            encoding: try row.get("encoding", as: String.self),
            connections: (
                try row.get("usable_connections", as: Int32.self), try row.get("taken_connections", as: Int64.self)
            ),
            durability: durability,
            synchronousStandbys: try row.get("synchronous_standbys", as: String.self),
            autovacuum: try row.get("autovacuum", as: Bool.self),
            transactionAge: try row.get("transaction_age", as: Int64.self),
            databaseBytes: try row.get("database_bytes", as: Int64.self),
            oldestTransaction: seconds.flatMap { seconds in process.map { (seconds, $0) } },
            oldestPrepared: try row.get("oldest_prepared", as: Double?.self),
            archivingFails: try row.get("archiving_fails", as: Bool.self),
            seesStatistics: try row.get("sees_statistics", as: Bool.self)
        )
    }

    private static let sql = """
        select current_setting('server_version') as version,
            current_setting('server_version_num')::int as version_number,
            pg_is_in_recovery() as is_standby, current_setting('server_encoding') as encoding,
            current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                as usable_connections,
            (select count(*) from pg_stat_activity where backend_type = 'client backend') as taken_connections,
            current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit,
            current_setting('full_page_writes') as full_page_writes,
            current_setting('synchronous_standby_names') as synchronous_standbys,
            current_setting('autovacuum')::boolean as autovacuum,
            (select age(datfrozenxid)::bigint from pg_database where datname = current_database()) as transaction_age,
            pg_database_size(current_database()) as database_bytes,
            extract(epoch from clock_timestamp() - t.xact_start)::float8 as oldest_transaction, t.pid as oldest_process,
            (select extract(epoch from clock_timestamp() - min(prepared))::float8 from pg_prepared_xacts
                where database = current_database()) as oldest_prepared,
            coalesce((select last_failed_time > coalesce(last_archived_time, '-infinity') from pg_stat_archiver), false)
                as archiving_fails,
            pg_has_role(current_user, 'pg_read_all_stats', 'usage') as sees_statistics
        from (values (1)) one
        left join lateral (
            select xact_start, pid from pg_stat_activity
            where datname = current_database() and backend_type = 'client backend' and xact_start is not null
                and pid <> pg_backend_pid()
            order by xact_start limit 1
        ) t on true
        """
}

import OrderLog
import Postgres

/// The statements for replays: the claim on a projection, and the row in `projection_replays`.
enum ReplayStatements {
    /// The keys of the advisory lock that is the claim. The session that runs the replay holds the lock; the server
    /// releases it when the session ends, in whichever way.
    private static let lockKeys = "hashtext('waybill.replay'), hashtext($1)"

    static func tryLock(_ name: String) -> PostgresQuery {
        PostgresQuery("select pg_try_advisory_lock(\(lockKeys)) as is_locked", [name])
    }

    /// SQL for the names of the projections whose lock is held.
    static let runningNames = """
        (select m.name from unnest(array[\(ReadModels.all.map { "'\($0.name)'" }.joined(separator: ","))]) m (name)
        join pg_locks l on l.locktype = 'advisory' and l.granted
            and l.database = (select oid from pg_database where datname = current_database())
            and l.classid = (hashtext('waybill.replay')::bigint & 4294967295)::oid
            and l.objid = (hashtext(m.name)::bigint & 4294967295)::oid)
        """

    /// Selects the version that a replay builds or has built, and the log's head.
    static func selectReplay(_ name: String) -> PostgresQuery {
        PostgresQuery(
            """
            select r.version, r.replaced, r.is_cancelled, p.seq, p.epoch, p.layout, \(LogHead.seqSQL) as head
            from projection_replays r join projections p on p.name = r.name and p.version = r.version where r.name = $1
            """,
            [name]
        )
    }

    static func selectNextVersion(_ name: String) -> PostgresQuery {
        PostgresQuery("select max(version) + 1 as version from projections where name = $1", [name])
    }

    /// Opens an empty version, and the row of the replay that builds it.
    static func open(_ name: String, version: Int, layout: Int) -> [PostgresQuery] {
        [
            PostgresQuery("select projection_open($1, $2)", [name, Int32(version)]),
            ServedLayouts.set(layout, of: name, version: version),
            PostgresQuery("insert into projection_replays (name, version) values ($1, $2)", [name, Int32(version)]),
        ]
    }

    /// Drops a version that is not served, and the row of the replay that built or replaced it.
    static func drop(_ name: String, version: Int) -> [PostgresQuery] {
        [
            PostgresQuery("delete from projection_replays where name = $1", [name]),
            PostgresQuery("select projection_drop($1, $2)", [name, Int32(version)]),
        ]
    }

    static func updateProgress(_ progress: ReplayProgress) -> PostgresQuery {
        PostgresQuery(
            """
            update projection_replays set seq = $3, events_per_second = $4, updated_at = clock_timestamp()
            where name = $1 and version = $2 returning is_cancelled
            """,
            [progress.name, Int32(progress.version), progress.seq, progress.eventsPerSecond]
        )
    }

    static func cancel(_ name: String) -> PostgresQuery {
        PostgresQuery("update projection_replays set is_cancelled = true where name = $1", [name])
    }

    /// Moves the checkpoint of a version that is being built. Affects no row where another process has moved it.
    static func moveCheckpoint(_ name: String, version: Int, from seq: Int64, to position: LogPosition) -> PostgresQuery
    {
        PostgresQuery(
            """
            update projections set seq = $4, epoch = $5, updated_at = clock_timestamp()
            where name = $1 and version = $2 and seq = $3
            """,
            [name, Int32(version), seq, position.seq, position.epoch]
        )
    }

    /// Makes another version the served one. The head's time moves, so that appenders notice that their cached orders
    /// are outdated.
    static func activate(_ name: String, version: Int) -> [PostgresQuery] {
        [
            PostgresQuery(
                """
                update projection_replays set replaced = (select version from projection_active where name = $1)
                where name = $1 and version = $2
                """,
                [name, Int32(version)]
            ),
            PostgresQuery("update projection_active set version = $2 where name = $1", [name, Int32(version)]),
            PostgresQuery(
                """
                update log_head set recorded_at =
                    case when seq = 0 then recorded_at
                    else greatest(recorded_at + interval '1 microsecond', clock_timestamp()) end
                where one
                """
            ),
        ]
    }
}

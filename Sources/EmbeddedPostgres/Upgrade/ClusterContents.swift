import Logging
import Postgres

/// The contents of a cluster, small enough to compare: for each table of each database the number of its rows and the
/// sum of their digests, for each sequence its place, and the number of indexes, triggers, functions, large objects
/// and roles. Functions of extensions do not count: a dump takes the extension's later version.
struct ClusterContents: Equatable {
    /// By `DATABASE: KIND NAME`.
    private(set) var facts: [String: String] = [:]

    /// The time for one statement, which reads a whole table.
    private static let timeout = Duration.seconds(86_400)

    /// Reads the contents of a running server's cluster, row by row, which also checks each page.
    static func read(_ maintenance: PostgresConfiguration, logger: Logger) async throws -> ClusterContents {
        var contents = ClusterContents()
        for name in try await databases(maintenance, logger: logger) {
            var database = maintenance
            database.database = name
            try await PostgresConnection.with(database, logger: logger) { try await contents.add(name, $0) }
        }
        return contents
    }

    /// Lists the databases that can hold data.
    static func databases(_ maintenance: PostgresConfiguration, logger: Logger) async throws -> [String] {
        try await PostgresConnection.with(maintenance, logger: logger) { session in
            try await session.query(
                "select datname::text as name from pg_database where datallowconn and not datistemplate order by 1",
                timeout: .seconds(30)
            ).map { try $0.get("name", as: String.self) }
        }
    }

    private mutating func add(_ database: String, _ session: PostgresConnection) async throws {
        let relations = try await session.query(
            """
            select format('%I.%I', n.nspname, c.relname) as name, c.relkind = 'S' as is_sequence
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'S') and c.relpersistence in ('p', 'u')
                and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
            """,
            timeout: .seconds(60)
        )
        for relation in relations {
            let name = try relation.get("name", as: String.self)
            let isSequence = try relation.get("is_sequence", as: Bool.self)
            let sql =
                isSequence
                ? "select concat(last_value, ' ', is_called) as fact from \(name)"
                : """
                select concat(count(*), ' rows ', sum(('x' || left(md5(t::text), 15))::bit(60)::bigint)) as fact
                from only \(name) t
                """
            let row = try await session.query(sql, timeout: Self.timeout).first
            facts["\(database): \(isSequence ? "sequence" : "table") \(name)"] = try row?.get("fact", as: String.self)
        }
        let counts = try await session.query(
            """
            select (select count(*) from pg_index i join pg_class c on c.oid = i.indrelid
                    where i.indisvalid and c.relnamespace = any(ours)) as indexes,
                (select count(*) from pg_trigger t join pg_class c on c.oid = t.tgrelid
                    where not t.tgisinternal and c.relnamespace = any(ours)) as triggers,
                (select count(*) from pg_proc p where p.pronamespace = any(ours) and not exists (
                    select from pg_depend d
                    where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')) as functions,
                (select count(*) from pg_largeobject_metadata) as large_objects,
                (select count(*) from pg_roles where rolname !~ '^pg_') as roles
            from (select array_agg(oid) as ours from pg_namespace
                where nspname !~ '^pg_' and nspname <> 'information_schema') s
            """,
            timeout: .seconds(60)
        )
        guard let row = counts.first else { return }
        for kind in ["indexes", "triggers", "functions", "large_objects", "roles"] {
            facts["\(database): \(kind)"] = String(try row.get(kind, as: Int64.self))
        }
    }

    /// The names of what differs, in order.
    func differences(from other: ClusterContents) -> [String] {
        Set(facts.keys).union(other.facts.keys).filter { facts[$0] != other.facts[$0] }.sorted()
    }
}

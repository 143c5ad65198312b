import Logging
import Postgres

/// The contents of a cluster, small enough to compare: for each table of each database the number of its rows and the
/// sum of their digests, the same of large objects, for each sequence its place, the views, the numbers of indexes,
/// triggers and functions, and the roles with their attributes and memberships.
///
/// Objects of an extension do not count: a dump takes the extension's later version. The rows of materialised views do
/// not either: a dump computes them anew.
struct ClusterContents: Equatable {
    /// By `DATABASE: KIND NAME`, or `role NAME`.
    private(set) var facts: [String: String] = [:]

    /// The time for one statement, which reads a whole table.
    private static let timeout = Duration.seconds(86_400)

    /// Reads the contents of a running server's cluster, row by row, which also checks each page.
    ///
    /// - Parameter names: the databases; nil for all.
    static func read(
        _ maintenance: PostgresConfiguration,
        databases names: [String]? = nil,
        logger: Logger
    ) async throws -> ClusterContents {
        var contents = ClusterContents()
        var listed = names ?? []
        if names == nil { listed = try await databases(maintenance, logger: logger) }
        for name in listed {
            var database = maintenance
            database.database = name
            try await PostgresConnection.with(database, logger: logger) { try await contents.add(name, $0) }
        }
        try await PostgresConnection.with(maintenance, logger: logger) { try await contents.addRoles($0) }
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

    /// SQL that is true for an object that belongs to an extension.
    ///
    /// - Parameters:
    ///   - id: the object's oid.
    ///   - catalog: the object's catalog.
    private static func isOfExtension(_ id: String, in catalog: String) -> String {
        """
        exists (select from pg_depend d
            where d.classid = '\(catalog)'::regclass and d.objid = \(id) and d.deptype = 'e')
        """
    }

    /// SQL for the sum of the digests of a text.
    private static func digest(of text: String) -> String { "sum(('x' || left(md5(\(text)), 15))::bit(60)::bigint)" }

    private mutating func add(_ database: String, _ session: PostgresConnection) async throws {
        let relations = try await session.query(
            """
            select format('%I.%I', n.nspname, c.relname) as name, c.relkind::text as kind
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'S', 'v', 'm') and c.relpersistence in ('p', 'u')
                and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
                and not \(Self.isOfExtension("c.oid", in: "pg_class"))
            """,
            timeout: .seconds(60)
        )
        for relation in relations {
            let name = try relation.get("name", as: String.self)
            let kind = try relation.get("kind", as: String.self)
            let (word, sql) =
                switch kind {
                case "S": ("sequence", "select concat(last_value, ' ', is_called) as fact from \(name)")
                case "v": ("view", "select 'there' as fact")
                case "m":
                    (
                        "materialized view",
                        "select relispopulated::text as fact from pg_class where oid = '\(name)'::regclass"
                    )
                default:
                    (
                        "table",
                        "select concat(count(*), ' rows ', \(Self.digest(of: "t::text"))) as fact from only \(name) t"
                    )
                }
            let row = try await session.query(sql, timeout: Self.timeout).first
            facts["\(database): \(word) \(name)"] = try row?.get("fact", as: String.self)
        }
        try await addCounts(database, session)
        try await addLargeObjects(database, session)
    }

    private mutating func addCounts(_ database: String, _ session: PostgresConnection) async throws {
        let isOfExtension = Self.isOfExtension("c.oid", in: "pg_class")
        let counts = try await session.query(
            """
            select (select count(*) from pg_index i join pg_class c on c.oid = i.indrelid
                    where i.indisvalid and c.relnamespace = any(ours) and not \(isOfExtension)) as indexes,
                (select count(*) from pg_trigger t join pg_class c on c.oid = t.tgrelid
                    where not t.tgisinternal and c.relnamespace = any(ours) and not \(isOfExtension)) as triggers,
                (select count(*) from pg_proc p where p.pronamespace = any(ours)
                    and not \(Self.isOfExtension("p.oid", in: "pg_proc"))) as functions,
                (select count(*) from pg_extension) as extensions
            from (select array_agg(oid) as ours from pg_namespace
                where nspname !~ '^pg_' and nspname <> 'information_schema') s
            """,
            timeout: .seconds(60)
        )
        guard let row = counts.first else { return }
        for kind in ["indexes", "triggers", "functions", "extensions"] {
            facts["\(database): \(kind)"] = String(try row.get(kind, as: Int64.self))
        }
    }

    /// Zeros at the end of a page do not count: a dump writes them where the object had a hole.
    private mutating func addLargeObjects(_ database: String, _ session: PostgresConnection) async throws {
        let digest = Self.digest(of: "concat(loid, '/', pageno, '/', md5(trimmed))")
        let rows = try await session.query(
            """
            select concat((select count(*) from pg_largeobject_metadata), ' objects ', count(*), ' pages ', \(digest)) as fact
            from (select loid, pageno, rtrim(data, '\\x00'::bytea) as trimmed from pg_largeobject) as page
            where length(trimmed) > 0
            """,
            timeout: Self.timeout
        )
        facts["\(database): large objects"] = try rows.first?.get("fact", as: String.self)
    }

    private mutating func addRoles(_ session: PostgresConnection) async throws {
        let rows = try await session.query(
            """
            select format('role %I', rolname) as name,
                concat_ws(' ', rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls,
                    rolconnlimit, extract(epoch from rolvaliduntil), md5(rolpassword),
                    (select setconfig::text from pg_db_role_setting where setdatabase = 0 and setrole = r.oid)) as fact
            from pg_authid r where rolname !~ '^pg_'
            union all
            select format('role %I in %I', member.rolname, role.rolname), bool_or(m.admin_option)::text
            from pg_auth_members m
                join pg_authid role on role.oid = m.roleid join pg_authid member on member.oid = m.member
            where member.rolname !~ '^pg_'
            group by role.rolname, member.rolname
            """,
            timeout: .seconds(60)
        )
        for row in rows { facts[try row.get("name", as: String.self)] = try row.get("fact", as: String.self) }
    }

    /// The names of what differs, in order.
    func differences(from other: ClusterContents) -> [String] {
        Set(facts.keys).union(other.facts.keys).filter { facts[$0] != other.facts[$0] }.sorted()
    }
}

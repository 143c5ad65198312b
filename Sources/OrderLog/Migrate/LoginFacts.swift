import Postgres

/// The facts about a login and a database that decide which roles the database has, and whether the login may change
/// its schema.
struct LoginFacts: Sendable, Equatable {
    /// The relation of the login to a role that is there.
    struct Role: Sendable, Equatable {
        /// True where the login may act as the role (`set role`).
        var canBeSet = false
        /// True where the login has the role's privileges as it stands.
        var isInherited = false
        /// True where the login may grant the role.
        var canBeGranted = false
        /// True where the role may make objects in the schema.
        var createsInSchema = false
    }

    var login: String
    /// The schema in which objects are made.
    var schema: String
    var databaseID: Int64
    var mayMakeRoles: Bool
    var loginIsSuperuser: Bool
    var createsInSchema: Bool
    var grantsSchema: Bool
    /// The owner of the log; nil where there is none yet.
    var logOwner: String?
    /// True for an owner that is a superuser, or may make roles.
    var logOwnerMakesRoles: Bool
    var hasMigrations: Bool
    var readsMigrations: Bool
    /// The roles of interest that are there.
    var roles: [String: Role]

    /// The roles of the database and whether the login may change its schema.
    ///
    /// A new database gets the usual roles where the login may use or make them, else roles of its own: a login must
    /// get no power over another database of the cluster. A login that may make none works as itself. A log that was
    /// restored without its owners, by an administrator or by the login itself, is given to such roles as well.
    var chosenRoles: (roles: LogRoles, mayMigrate: Bool) {
        let candidates = [LogRoles.usual, .own(databaseID: databaseID)]
        guard let logOwner else {
            for roles in candidates where canUse(roles) { return (roles, true) }
            return (LogRoles(owner: login, writer: login), createsInSchema && LogRoles.isPlain(login))
        }
        let present = LogRoles(owner: logOwner)
        let isAdoptable = present.areOne && (logOwner == login || (logOwnerMakesRoles && loginIsSuperuser))
        if isAdoptable, let roles = candidates.first(where: canUse) { return (roles, true) }
        return (present, canUse(present))
    }

    /// The roles that an administrator makes for the login.
    var administratorsRoles: LogRoles {
        if let logOwner, !logBelongsToAdministrator { return LogRoles(owner: logOwner) }
        let isTaken = roles[LogRoles.usual.owner] != nil && roles[LogRoles.usual.writer]?.canBeSet != true
        return isTaken ? .own(databaseID: databaseID) : .usual
    }

    /// True for a log that an administrator (a superuser, or a login that makes roles) has restored without its owners.
    var logBelongsToAdministrator: Bool {
        logOwnerMakesRoles && logOwner.map { LogRoles(owner: $0).areOne } == true
    }

    private func canUse(_ wanted: LogRoles) -> Bool {
        guard createsInSchema, LogRoles.isPlain(wanted.owner) else { return false }
        let owner = roles[wanted.owner]
        guard grantsSchema || owner?.createsInSchema == true else { return false }
        let canOwn = owner.map { ($0.canBeSet && $0.isInherited) || $0.canBeGranted } ?? mayMakeRoles
        let canWrite = roles[wanted.writer].map { $0.canBeSet || $0.canBeGranted } ?? mayMakeRoles
        return canOwn && canWrite
    }
}

extension LoginFacts {
    /// Reads the facts of a session that acts as its login.
    ///
    /// - Throws: `Migrator.Failure.noSchema` and `otherEncoding`, or the database's error.
    static func read(on connection: PostgresConnection) async throws -> LoginFacts {
        let row = try await connection.query(factsSQL)[0]
        guard let schema = try row.get("schema", as: String?.self) else { throw Migrator.Failure.noSchema }
        let encoding = try row.get("encoding", as: String.self)
        guard encoding == "UTF8" else { throw Migrator.Failure.otherEncoding(encoding) }
        let makesAny = try row.get("makes_roles", as: Bool.self)
        let hasSetOption = try row.get("version", as: Int32.self) >= 160_000
        var facts = try LoginFacts(
            login: row.get("login", as: String.self),
            schema: schema,
            databaseID: row.get("database", as: Int64.self),
            mayMakeRoles: makesAny,
            loginIsSuperuser: row.get("is_superuser", as: Bool.self),
            createsInSchema: row.get("creates", as: Bool.self),
            grantsSchema: row.get("grants", as: Bool.self),
            logOwner: row.get("log_owner", as: String?.self),
            logOwnerMakesRoles: row.get("log_owner_makes_roles", as: Bool?.self) ?? false,
            hasMigrations: row.get("has_migrations", as: Bool.self),
            readsMigrations: row.get("reads_migrations", as: Bool?.self) ?? false,
            roles: [:]
        )
        var names: Set<String> = []
        for roles in [LogRoles.usual, .own(databaseID: facts.databaseID), facts.logOwner.map(LogRoles.init(owner:))] {
            if let roles { names.formUnion([roles.owner, roles.writer]) }
        }
        let ownRoles = facts.logOwner.map(LogRoles.init(owner:)).map { [$0.owner, $0.writer] } ?? []
        let rows = try await connection.query(rolesSQL, [Array(names), hasSetOption ? "set" : "member"])
        for row in rows {
            var role = try Role(
                canBeSet: row.get("sets", as: Bool.self),
                isInherited: row.get("inherits", as: Bool.self),
                canBeGranted: row.get("grants", as: Bool.self),
                createsInSchema: row.get("creates", as: Bool.self)
            )
            let name = try row.get("name", as: String.self)
            // Before version 16 who makes roles may grant each; one of another database is left alone all the same.
            if !hasSetOption, makesAny, ownRoles.contains(name), !facts.logBelongsToAdministrator {
                role.canBeGranted = true
            }
            facts.roles[name] = role
        }
        return facts
    }

    private static let factsSQL = """
        select current_user::text as login, current_schema()::text as schema,
            (select oid::bigint from pg_database where datname = current_database()) as database,
            current_setting('server_version_num')::int as version,
            current_setting('server_encoding') as encoding,
            (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as makes_roles,
            (select rolsuper from pg_roles where rolname = current_user) as is_superuser,
            coalesce(has_schema_privilege(current_schema(), 'create'), false) as creates,
            coalesce(has_schema_privilege(current_schema(), 'create with grant option'), false) as grants,
            log_owner.rolname::text as log_owner,
            log_owner.rolsuper or log_owner.rolcreaterole as log_owner_makes_roles,
            \(LogRoles.ownTable("schema_migrations")) is not null as has_migrations,
            has_table_privilege(\(LogRoles.ownTable("schema_migrations")), 'select') as reads_migrations
        from (select \(LogRoles.ownTable("events")) as events) log
        left join pg_class c on c.oid = log.events
        left join pg_roles log_owner on log_owner.oid = c.relowner
        """

    private static let rolesSQL = """
        select rolname::text as name, pg_has_role(oid, $2::text) as sets, pg_has_role(oid, 'usage') as inherits,
            pg_has_role(oid, 'member with admin option') as grants,
            has_schema_privilege(oid, current_schema(), 'create') as creates
        from pg_roles where rolname = any($1::text[])
        """
}

import Postgres
import Schema

/// The SQL that brings a database's roles and schema up to date, with the names of its roles.
struct MigrationScript: Sendable {
    let roles: LogRoles
    let login: String

    /// Makes and repairs the roles.
    var prelude: String { roles.naming(Migration.rolesPrelude, login: login) }

    /// The query for the statements that the roles lack after the prelude.
    var missingPrivileges: String { roles.naming(Migration.missingPrivileges, login: login) }

    /// The transaction that runs the missing statements, as far as the session may run them.
    ///
    /// - Parameter condition: the statements to run, by the columns of `missingPrivileges`.
    func grants(_ condition: String = "true") -> String {
        """
        begin;
        do $grant$
        declare
            item record;
        begin
            for item in
                select * from (
        \(missingPrivileges)) missing where may_run and \(condition)
            loop
                execute item.statement;
            end loop;
        end
        $grant$;
        commit;

        """
    }

    /// One migration and its record, as one transaction.
    func transaction(_ migration: Migration) -> String {
        let sql = migration.isDoneByPrelude ? "" : roles.naming(migration.sql, login: login)
        return "begin;\n\(sql)\n;\(Self.record(migration));commit;\n"
    }

    /// All of it as a script for `psql`.
    ///
    /// - Parameters:
    ///   - migrations: the missing ones, or all of them.
    ///   - looksByItself: the script finds out which of the migrations are missing.
    ///   - schema: the schema in which objects are made.
    ///   - lock: the key of the advisory lock of migrations.
    func printed(_ migrations: [Migration], looksByItself: Bool, schema: String, lock: Int64) -> String {
        // No names in comments: one with a line break would end the comment.
        let head = """
            -- Brings the schema of one database up to date. Run it by psql, connected to that database as a superuser,
            -- or as its owner with createrole, who becomes a member of both roles. The login of the service gets the
            -- writer's role alone; a login that is granted the owner's too brings the schema up to date by itself.
            \\set ON_ERROR_STOP on
            set search_path = \(schema.quotedIdentifier);
            select pg_advisory_lock(\(lock));
            """
        let transactions = migrations.map { migration in
            let script = transaction(migration)
            return "-- \(migration.version) \(migration.name)\n"
                + (looksByItself ? Self.conditional(script, of: migration) : script)
        }
        let end = """
            select pg_advisory_unlock(\(lock));
            -- Indexes of large tables, one after another, while the service runs.
            select step from index_steps() \\gexec
            """
        return ([head, prelude, grants()] + transactions + [end]).joined(separator: "\n")
    }

    /// The script, run where the database lacks the migration.
    private static func conditional(_ script: String, of migration: Migration) -> String {
        """
        select not exists (select from schema_migrations where version = \(migration.version)) as is_missing \\gset
        \\if :is_missing
        \(script)\\endif

        """
    }

    private static func record(_ migration: Migration) -> String {
        "insert into schema_migrations (version, name, checksum) values "
            + "(\(migration.version), '\(migration.name)', '\(migration.checksum)')"
    }
}

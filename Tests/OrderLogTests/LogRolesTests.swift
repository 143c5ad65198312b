import LogSupport
import Postgres
import Schema
import Testing

@testable import OrderLog

@Suite struct LogRolesTests {
    private let all = LoginFacts.Role(canBeSet: true, isInherited: true, canBeGranted: true, createsInSchema: true)
    private let owner = LoginFacts(
        login: "ann",
        schema: "public",
        databaseID: 7,
        mayMakeRoles: false,
        loginIsSuperuser: false,
        createsInSchema: true,
        grantsSchema: true,
        logOwner: nil,
        logOwnerMakesRoles: false,
        hasMigrations: false,
        readsMigrations: false,
        roles: [:]
    )

    @Test func loginThatMakesRolesGetsTheUsualOnes() {
        var facts = owner
        facts.mayMakeRoles = true
        #expect(facts.chosenRoles == (.usual, true))
    }

    @Test func loginThatMakesNoRolesWorksAsItself() {
        #expect(owner.chosenRoles == (LogRoles(owner: "ann", writer: "ann"), true))
    }

    @Test func rolesOfAnAdministratorAreUsed() {
        var facts = owner
        facts.roles = ["waybill_owner": all, "waybill_writer": all]
        #expect(facts.chosenRoles == (.usual, true))
    }

    @Test func rolesOfAnotherDatabaseAreLeftAlone() {
        var facts = owner
        facts.mayMakeRoles = true
        facts.roles = ["waybill_owner": .init(), "waybill_writer": .init()]
        #expect(facts.chosenRoles == (.own(databaseID: 7), true))
    }

    @Test func roleThatIsOnlyGrantedByTheLoginCanBeUsed() {
        var facts = owner
        facts.mayMakeRoles = true
        facts.roles = ["waybill_owner": .init(canBeGranted: true), "waybill_writer": .init(canBeGranted: true)]
        #expect(facts.chosenRoles == (.usual, true))
    }

    @Test func writerOfALogMayNotMigrate() {
        var facts = owner
        facts.createsInSchema = false
        facts.logOwner = "waybill_owner_7"
        facts.roles = ["waybill_owner_7": .init(), "waybill_writer_7": all]
        #expect(facts.chosenRoles == (.own(databaseID: 7), false))
    }

    @Test func logOfTheLoginItselfIsGivenToRolesThatItMakes() {
        var facts = owner
        facts.logOwner = "ann"
        facts.roles = ["ann": all]
        #expect(facts.chosenRoles == (LogRoles(owner: "ann", writer: "ann"), true))
        facts.mayMakeRoles = true
        #expect(facts.chosenRoles == (.usual, true))
        // Those of another database are left alone.
        facts.roles["waybill_owner"] = LoginFacts.Role()
        #expect(facts.chosenRoles == (.own(databaseID: 7), true))
    }

    @Test func logOfAnAdministratorIsGivenToRolesByASuperuser() {
        var facts = owner
        facts.mayMakeRoles = true
        facts.logOwner = "adm"
        facts.logOwnerMakesRoles = true
        facts.roles = ["adm": .init()]
        #expect(facts.chosenRoles == (LogRoles(owner: "adm", writer: "adm"), false))
        #expect(facts.administratorsRoles == .usual)
        facts.loginIsSuperuser = true
        #expect(facts.chosenRoles == (.usual, true))
        // A service that works as the plain owner goes on.
        facts.logOwnerMakesRoles = false
        facts.roles = ["adm": all]
        #expect(facts.chosenRoles == (LogRoles(owner: "adm", writer: "adm"), true))
        #expect(facts.administratorsRoles == LogRoles(owner: "adm", writer: "adm"))
    }

    /// The owners and privileges of all objects, in the written form of `acldefault` where nothing was granted.
    private static let privileges = """
        select c.relname::text as name, c.relowner::regrole::text as owner, a.grantee::text as grantee,
            a.privilege_type as privilege
        from pg_class c cross join aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
        where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v')
        union all
        select p.oid::regprocedure::text, p.proowner::regrole::text, a.grantee::text, a.privilege_type
        from pg_proc p cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
        where p.pronamespace = current_schema()::regnamespace
        union all
        select pg_get_triggerdef(oid), '', '', '' from pg_trigger where not tgisinternal
        order by 1, 2, 3, 4
        """

    /// Takes away what a restore with `--no-owner --no-privileges` leaves out, and gives everybody the functions.
    private static let restored = """
        do $$
        declare
            item record;
        begin
            for item in
                select case relkind when 'v' then 'view' else 'table' end as kind, relname from pg_class
                where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v')
            loop
                execute format('revoke all on %I from waybill_writer', item.relname);
                execute format('alter %s %I owner to %I', item.kind, item.relname, current_user);
            end loop;
            for item in select oid::regprocedure as name from pg_proc
                where pronamespace = current_schema()::regnamespace
            loop
                execute format('revoke all on function %s from waybill_writer', item.name);
                execute format('grant execute on function %s to public', item.name);
                execute format('alter function %s owner to %I', item.name, current_user);
            end loop;
            create or replace trigger projection_fence before update of seq on projections
                for each row when (current_user = 'somebody') execute function projection_fence();
        end $$
        """

    /// A table, view or function that a migration makes must be named in `privileges.sql`.
    @Test func migrationGrantsAgainWhatARestoreLeftOut() async throws {
        try await TestLog.withDatabase { database, logger in
            try await Migrator(logger: logger).migrate(database)
            try await PostgresConnection.with(database, logger: logger) { connection in
                func rows() async throws -> [String] {
                    try await connection.query(Self.privileges).map { row in
                        try ["name", "owner", "grantee", "privilege"].map { try row.get($0, as: String.self) }
                            .joined(separator: " ")
                    }
                }
                let before = try await rows()
                #expect(try await connection.query(Migration.missingPrivileges).isEmpty)
                try await connection.executeScript(Self.restored)
                #expect(try await rows() != before)
                #expect(try await Migrator(logger: logger).migrate(database).isEmpty)
                let after = try await rows()
                #expect(Set(before).symmetricDifference(after).isEmpty)
                #expect(try await connection.query(Migration.missingPrivileges).isEmpty)
            }
        }
    }

    @Test func loginWhoseNameCannotBeQuotedOwnsNothing() {
        var facts = owner
        facts.login = "o'brien"
        #expect(!facts.chosenRoles.mayMigrate)
    }

    @Test func migrationsNameTheRolesOfTheDatabase() {
        let sql = """
            alter table a owner to waybill_owner; execute 'grant x to waybill_writer'; \
            'waybill_writer' 'waybill_login'
            """
        #expect(
            LogRoles.own(databaseID: 7).naming(sql, login: "o'brien") == """
                alter table a owner to "waybill_owner_7"; execute 'grant x to "waybill_writer_7"'; \
                'waybill_writer_7' E'o\\U00000027brien'
                """
        )
        let one = LogRoles(owner: "ann", writer: "ann")
        #expect(one.naming("revoke all on a from waybill_writer;", login: "ann") == "revoke all on a from public;")
    }

    @Test func plainOwnerOfADatabaseMigratesAndWorksAsItself() async throws {
        try await TestLog.withDatabase { database, logger in
            let login = "plain_\(database.database)"
            try await PostgresConnection.with(database, logger: logger) {
                try await $0.executeScript(
                    "create role \(login) login; alter database \(database.database.quotedIdentifier) owner to \(login)"
                )
            }
            var plain = database
            plain.user = login
            #expect(try await Migrator(logger: logger).migrate(plain) == Migration.all)
            #expect(try await Migrator(logger: logger).migrate(plain).isEmpty)
            plain.roleExpression = LogConnection.roleExpression
            plain.serverSettings = LogConnection.settings
            try await PostgresConnection.with(plain, logger: logger) { connection in
                let user = try await connection.query("select current_user::text")[0].get(0, as: String.self)
                #expect(user == login)
                let refused = await #expect(throws: PostgresError.self) {
                    try await connection.query("delete from events")
                }
                #expect(refused?.sqlState == "23001")
            }
        }
    }

    @Test func printedScriptChangesNothingAndGrantsTheWriterAlone() async throws {
        try await TestLog.withDatabase { database, logger in
            let login = "printed_\(database.database)"
            try await PostgresConnection.with(database, logger: logger) {
                try await $0.executeScript("create role \(login) login")
            }
            var writer = database
            writer.user = login
            let script = try await Migrator(logger: logger).script(for: writer)
            let refusal = await #expect(throws: Migrator.Failure.self) {
                try await Migrator(logger: logger).migrate(writer)
            }
            #expect(refusal == .needsAdministrator(login: login))
            try await PostgresConnection.with(database, logger: logger) { connection in
                // Without the lines for psql alone.
                let sql = script.split(separator: "\n").filter { !$0.contains("\\") }.joined(separator: "\n")
                try await connection.executeScript(sql)
                let owns = try await connection.query(
                    "select pg_has_role($1::name, 'waybill_owner', 'member')",
                    [login]
                )
                #expect(try owns[0].get(0, as: Bool.self) == false)
            }
            #expect(try await Migrator(logger: logger).migrate(writer).isEmpty)
        }
    }

    @Test func databaseOfAnotherEncodingIsRefused() async throws {
        try await TestLog.withDatabase { database, logger in
            var other = database
            other.database += "_ascii"
            try await PostgresConnection.with(database, logger: logger) {
                try await $0.executeScript(
                    "create database \(other.database) encoding 'SQL_ASCII' locale 'C' template template0"
                )
            }
            let failure = await #expect(throws: Migrator.Failure.self) {
                try await Migrator(logger: logger).migrate(other)
            }
            #expect(failure == .otherEncoding("SQL_ASCII"))
            try await PostgresConnection.with(database, logger: logger) {
                try await $0.executeScript("drop database \(other.database) with (force)")
            }
        }
    }

    @Test func serviceActsAsTheWriterOfTheLog() async throws {
        try await TestLog.with { log in
            let user = try await log.pool.query("select current_user::text")[0].get(0, as: String.self)
            #expect(user == "waybill_writer")
        }
    }
}

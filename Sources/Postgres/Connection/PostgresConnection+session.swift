package import Logging

extension PostgresConnection {
    /// Sets the configuration's settings, and reads them back in a second statement: a pooler in transaction mode may
    /// run that one in another server process.
    ///
    /// - Parameter timeout: the time for each statement.
    /// - Throws: `connect`, also where the server refuses a setting; `cancelled`.
    func applySettings(of configuration: PostgresConfiguration, within timeout: Duration) async throws(PostgresError) {
        var settings = configuration.serverSettings
        let role = configuration.roleExpression ?? "select null"
        // The role is set last, so that the settings are the login's to make.
        let fixedRole = settings.removeValue(forKey: "role")
        let sorted = settings.sorted { $0.key < $1.key } + (fixedRole.map { [("role", $0)] } ?? [])
        guard !sorted.isEmpty || configuration.roleExpression != nil else { return }
        do throws(PostgresError) {
            let made = try await query(
                """
                select name, set_config(name, value, false) as value from (
                    select name, value from unnest($1::text[], $2::text[]) as setting (name, value)
                    union all select 'role', (\(role))::text) as setting
                where value is not null
                """,
                [sorted.map(\.0), sorted.map(\.1)],
                timeout: timeout
            )
            let expected = try made.map { row throws(PostgresError) in
                try Setting(name: row.get("name", as: String.self), value: row.get("value", as: String.self))
            }
            let found = try await query(
                """
                select current_setting(name) as value
                from unnest($1::text[]) with ordinality as setting (name, place) order by place
                """,
                [expected.map(\.name)],
                timeout: timeout
            )
            let values = try found.map { row throws(PostgresError) in try row.get("value", as: String.self) }
            guard values == expected.map(\.value) else { throw PostgresConnection.lostSession(configuration) }
        } catch {
            throw PostgresConnection.sessionError(error, configuration)
        }
    }

    private struct Setting {
        let name: String
        let value: String
    }

    /// Makes sure that a session keeps its server process: a pooler in transaction or statement mode gives each
    /// transaction to any process that is free.
    ///
    /// - Throws: `connect` where it does not, and as `connect(_:)`.
    package static func requireLastingSession(
        _ configuration: PostgresConfiguration,
        logger: Logger
    ) async throws(PostgresError) {
        var bare = configuration
        bare.serverSettings = [:]
        bare.roleExpression = nil
        let first = try await connect(bare, logger: logger)
        do throws(PostgresError) {
            let second = try await connect(bare, logger: logger)
            let isLasting: Bool
            do throws(PostgresError) {
                isLasting = try await first.keepsProcess(beside: second)
            } catch {
                await second.core.abort("the check of the session has failed")
                throw error
            }
            await second.core.abort("the check of the session has ended")
            guard isLasting else { throw lostSession(configuration) }
        } catch {
            await first.core.abort("the check of the session has failed")
            throw sessionError(error, configuration)
        }
        await first.close()
    }

    /// Tells whether this session keeps its server process while another one works.
    private func keepsProcess(beside other: PostgresConnection) async throws(PostgresError) -> Bool {
        let own = try await currentProcess()
        // A pooler lends the process that was used last, which is this session's where the session does not hold it.
        guard try await other.currentProcess() != own else { return false }
        // The open transaction keeps its process from this session.
        try await other.query("begin", timeout: PostgresConnection.checkTimeout)
        guard try await other.currentProcess() != own else { return false }
        for _ in 0..<3 {
            guard try await currentProcess() == own else { return false }
        }
        return true
    }

    private func currentProcess() async throws(PostgresError) -> Int32 {
        try await query("select pg_backend_pid()", timeout: PostgresConnection.checkTimeout)[0].get(0, as: Int32.self)
    }

    /// The time for one answer in the check of a session.
    private static let checkTimeout = Duration.seconds(5)

    /// SQLSTATEs that a session meets only where its server process is not its own: a prepared statement that is not
    /// there, or is there already; PgBouncer's refusal of a transaction in statement mode.
    private static let lostSessionStates: Set<String> = ["26000", "42P05", "08P01"]

    /// An error of a session that was being opened, as `connect` throws it.
    private static func sessionError(
        _ error: PostgresError,
        _ configuration: PostgresConfiguration
    ) -> PostgresError {
        if error.kind == .cancelled { return error }
        if let state = error.sqlState, lostSessionStates.contains(state) { return lostSession(configuration) }
        var error = error
        error.kind = .connect
        error.sql = nil
        error.statementIndex = nil
        error.outcomeUnknown = false
        return error
    }

    private static func lostSession(_ configuration: PostgresConfiguration) -> PostgresError {
        PostgresError(
            .connect,
            "a pooler at \(configuration) does not keep a session from one transaction to the next; use its session mode, "
                + "or the address of PostgreSQL itself"
        )
    }
}

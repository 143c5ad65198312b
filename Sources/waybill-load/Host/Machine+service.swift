import Postgres

extension Machine {
    /// Describes this machine, with the version of the service's PostgreSQL.
    static func current(of service: Service) async throws -> Machine {
        let version = try await service.withDatabase { connection in
            try await connection.query("select current_setting('server_version')").first?.get(0, as: String.self)
        }
        return current(postgres: String(version?.prefix { $0 != " " } ?? "unknown"))
    }
}

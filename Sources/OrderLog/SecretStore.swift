package import Postgres

/// The secrets that all processes on one log share, such as the key that seals positions for customers.
package struct SecretStore: Sendable {
    private let pool: PostgresPool

    /// - Parameter pool: acts as the writer role.
    package init(pool: PostgresPool) {
        self.pool = pool
    }

    /// Loads a secret that another process has made.
    ///
    /// - Returns: nil where there is none.
    package func existingSecret(named name: String) async throws -> [UInt8]? {
        let rows = try await pool.query("select value from secrets where name = $1", [name])
        return try rows.first?.get("value", as: PostgresBytes.self).bytes
    }

    /// Loads a secret.
    ///
    /// - Parameters:
    ///   - name: the secret's name, as in `secrets.name`.
    ///   - make: makes its value on first use; where several processes make one at once, all get the same.
    package func secret(named name: String, make: @Sendable () -> [UInt8]) async throws -> [UInt8] {
        try await pool.withConnection { connection in
            try await connection.query(
                "insert into secrets (name, value) values ($1, $2) on conflict (name) do nothing",
                [name, PostgresBytes(make())]
            )
            let rows = try await connection.query("select value from secrets where name = $1", [name])
            guard let row = rows.first else { throw MissingSecret(name: name) }
            return try row.get("value", as: PostgresBytes.self).bytes
        }
    }
}

/// A secret that was deleted while it was being loaded.
struct MissingSecret: Error, CustomStringConvertible {
    let name: String

    var description: String { "the secret “\(name)” was deleted from the table `secrets` while it was loaded" }
}

import Access
import EmbeddedPostgres
import Foundation
import Logging
import Postgres

/// A service under measurement: one that this program has started, or one that runs already.
struct Service: Sendable {
    let port: Int
    let dataDirectory: String
    let pid: Int32
    /// The database in the embedded cluster.
    let database: PostgresConfiguration
    /// The process id of the cluster's server.
    let postmaster: Int32

    /// A quiet logger: what matters here is printed.
    static let logger = {
        var logger = Logger(label: "waybill-load")
        logger.logLevel = .error
        return logger
    }()

    /// Looks at the service that holds the data directory.
    init(port: Int, dataDirectory: String) async throws {
        let lock = "\(dataDirectory)/waybill.lock"
        guard let text = FileManager.default.contents(atPath: lock).map({ String(decoding: $0, as: UTF8.self) }),
            let pid = Int32(text.prefix { $0.isNumber })
        else { throw LoadFailure("\(lock) names no process: is a service running on that data directory?") }
        // Adopts the cluster that the service runs; nothing here stops it.
        let cluster = EmbeddedPostgres(dataDirectory: dataDirectory, logger: Self.logger)
        database = try await cluster.start()
        guard let postmaster = await cluster.postmasterPid else { throw LoadFailure("the cluster has no postmaster") }
        self.postmaster = postmaster
        self.port = port
        self.dataDirectory = dataDirectory
        self.pid = pid
    }

    /// A token of the data directory's development key, for the shops that send load.
    func token(_ role: Role, subject: String? = "load", shops: ShopScope = LoadShop.scope) async throws -> String {
        try await DevelopmentKey.loadOrCreate(in: dataDirectory).sign(
            role: role,
            shops: shops,
            subject: subject,
            ttl: 86_400,
            now: Date().timeIntervalSince1970
        )
    }

    /// One connection to the service's database, as its superuser, for as long as `body` runs.
    func withDatabase<R: Sendable>(_ body: (PostgresConnection) async throws -> R) async throws -> R {
        try await database.withConnection(body)
    }

    /// The log's last position.
    func head() async throws -> Int {
        try await withDatabase { connection in
            guard let row = try await connection.query("select seq from log_head").first else { return 0 }
            return Int(try row.get(0, as: Int64.self))
        }
    }
}

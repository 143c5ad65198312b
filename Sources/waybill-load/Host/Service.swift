import Access
import EmbeddedPostgres
import Foundation
import Logging
import Postgres

/// The service under measurement: one that this program has started, or one that was running before.
struct Service: Sendable {
    let port: Int
    let dataDirectory: String
    let pid: Int32
    /// The database in the embedded cluster.
    let database: PostgresConfiguration
    /// The process id of the embedded cluster's postmaster.
    let postmaster: Int32

    /// The logger of the components used here; the program itself prints its progress.
    static let logger = {
        var logger = Logger(label: "waybill-load")
        logger.logLevel = .error
        return logger
    }()

    /// Finds the service that runs on a data directory.
    ///
    /// - Throws: `LoadFailure` where no service runs on the directory.
    init(port: Int, dataDirectory: String) async throws {
        let lock = "\(dataDirectory)/waybill.lock"
        guard let text = FileManager.default.contents(atPath: lock).map({ String(decoding: $0, as: UTF8.self) }),
            let pid = Int32(text.prefix { $0.isNumber })
        else { throw LoadFailure("\(lock) names no process; start a service on that data directory") }
        // Adopts the service's running cluster. Nothing here stops that cluster.
        let cluster = EmbeddedPostgres(dataDirectory: dataDirectory, logger: Self.logger)
        database = try await cluster.start()
        guard let postmaster = await cluster.postmasterPid else { throw LoadFailure("the cluster has no postmaster") }
        self.postmaster = postmaster
        self.port = port
        self.dataDirectory = dataDirectory
        self.pid = pid
    }

    /// Signs a token with the data directory's development key, for the shops that send load. Valid for a day.
    func token(_ role: Role, subject: String? = "load", shops: ShopScope = LoadShop.scope) async throws -> String {
        try await DevelopmentKey.loadOrCreate(in: dataDirectory).sign(
            role: role,
            shops: shops,
            subject: subject,
            ttl: 86_400,
            now: Date().timeIntervalSince1970
        )
    }

    /// Lends a connection to the service's database, as the superuser, for as long as `body` runs.
    func withDatabase<R: Sendable>(_ body: (PostgresConnection) async throws -> R) async throws -> R {
        try await database.withConnection(body)
    }

    /// Reads the sequence number of the log's last event.
    func head() async throws -> Int {
        try await withDatabase { connection in
            guard let row = try await connection.query("select seq from log_head").first else { return 0 }
            return Int(try row.get(0, as: Int64.self))
        }
    }
}

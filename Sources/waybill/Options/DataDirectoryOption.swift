import Access
import ArgumentParser
import EmbeddedPostgres
import Foundation

/// The directory where a service keeps what is its own: the embedded cluster and the development key.
struct DataDirectoryOption: ParsableArguments {
    @Option(help: "Directory of the embedded database and the development key. [WAYBILL_DATA_DIR] (default: .waybill)")
    var dataDir: String?

    /// The absolute path.
    var path: String {
        let given = dataDir ?? Environment.text("WAYBILL_DATA_DIR") ?? ".waybill"
        return URL(fileURLWithPath: given).standardizedFileURL.path
    }

    /// Makes sure that there is a database to read, so that a mistyped path makes nothing.
    func requireDatabase() throws {
        guard EmbeddedPostgres.hasCluster(in: path) else {
            throw CommandFailure("there is no database in \(path): \(advice)")
        }
    }

    /// The development key that a service has made here.
    func existingKey() throws -> DevelopmentKey {
        guard FileManager.default.fileExists(atPath: "\(path)/\(DevelopmentKey.fileName)") else {
            throw CommandFailure("there is no development key in \(path): \(advice), or give --token")
        }
        return try DevelopmentKey.loadOrCreate(in: path)
    }

    private var advice: String { "give the --data-dir (or WAYBILL_DATA_DIR) that the service runs with" }
}

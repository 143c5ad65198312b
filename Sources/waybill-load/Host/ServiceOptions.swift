import ArgumentParser
import Foundation

/// Which service is measured. By default one of its own, on a fresh data directory, for each run.
struct ServiceOptions: ParsableArguments {
    @Option(help: "Measure the service that runs on this port of 127.0.0.1, instead of one of its own.")
    var port: Int?

    @Option(help: "Data directory of the running service, whose development key signs the tokens. (default: .waybill)")
    var dataDir: String?

    @Option(help: "The waybill to start. (default: the one beside this program)")
    var binary: String?

    @Option(help: "Where fresh data directories are made, on the disk to be measured.")
    var workDir = NSTemporaryDirectory()

    @Flag(help: "Keep the fresh data directories and the logs.")
    var keep = false

    func validate() throws {
        guard port != nil || dataDir == nil else { throw ValidationError("--data-dir goes with --port") }
        guard port == nil || binary == nil else { throw ValidationError("--port and --binary exclude each other") }
    }

    var waybill: String {
        binary ?? Bundle.main.executableURL?.deletingLastPathComponent().appendingPathComponent("waybill").path
            ?? "waybill"
    }

    /// The absolute path of `--work-dir`.
    var workPath: String { path(workDir) }

    /// Lends a directory and, in it, the service.
    func with<R>(_ body: (Service, _ workDirectory: String) async throws -> R) async throws -> R {
        try await withLauncher { place in try await place.run { try await body($0, place.workDirectory) } }
    }

    /// Lends a directory in which the service may be started more than once.
    func withLauncher<R>(_ body: (ServiceLauncher) async throws -> R) async throws -> R {
        try await WorkDirectory.with(workPath, keeping: keep) { workDirectory in
            let running = port.map { (port: $0, dataDirectory: path(dataDir ?? ".waybill")) }
            return try await body(ServiceLauncher(workDirectory: workDirectory, binary: waybill, running: running))
        }
    }

    private func path(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
}

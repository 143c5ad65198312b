import ArgumentParser
import Foundation

/// The options that select the service to measure. The default is a new service on a fresh data directory for each run.
struct ServiceOptions: ParsableArguments {
    @Option(help: "Measure the service that runs on this port of 127.0.0.1, instead of a new one.")
    var port: Int?

    @Option(help: "Data directory of the running service, whose development key signs the tokens. (default: .waybill)")
    var dataDir: String?

    @Option(help: "Path of the waybill to start. (default: beside this program)")
    var binary: String?

    @Option(help: "Directory for fresh data directories, on the disk to measure.")
    var workDir = NSTemporaryDirectory()

    @Flag(help: "Keep the fresh data directories and the logs.")
    var keep = false

    func validate() throws {
        guard port != nil || dataDir == nil else { throw ValidationError("--data-dir needs --port") }
        guard port == nil || binary == nil else { throw ValidationError("--port and --binary exclude each other") }
    }

    /// The path of the `waybill` binary to start.
    var waybill: String {
        binary ?? Bundle.main.executableURL?.deletingLastPathComponent().appendingPathComponent("waybill").path
            ?? "waybill"
    }

    /// The absolute path of `--work-dir`.
    var workPath: String { path(workDir) }

    /// Lends a work directory and a service in it.
    func with<R>(_ body: (Service, _ workDirectory: String) async throws -> R) async throws -> R {
        try await withLauncher { launcher in try await launcher.run { try await body($0, launcher.workDirectory) } }
    }

    /// Lends a launcher, which can start the service more than once on one data directory.
    func withLauncher<R>(_ body: (ServiceLauncher) async throws -> R) async throws -> R {
        try await WorkDirectory.with(workPath, keeping: keep) { workDirectory in
            let running = port.map { (port: $0, dataDirectory: path(dataDir ?? ".waybill")) }
            return try await body(ServiceLauncher(workDirectory: workDirectory, binary: waybill, running: running))
        }
    }

    private func path(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
}

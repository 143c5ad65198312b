/// Where a service is measured: a data directory of its own on which one is started each time, or one that runs.
struct ServiceLauncher: Sendable {
    let workDirectory: String
    let binary: String
    let running: (port: Int, dataDirectory: String)?

    /// Lends a service: a new process, unless one was named that runs.
    func run<R>(_ body: (Service) async throws -> R) async throws -> R {
        if let running {
            return try await body(Service(port: running.port, dataDirectory: running.dataDirectory))
        }
        return try await Service.with(binary: binary, dataDirectory: "\(workDirectory)/data", logs: workDirectory, body)
    }
}

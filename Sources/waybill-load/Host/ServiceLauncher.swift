/// A source of services to measure: starts a new process on one data directory each time, or uses a running service.
struct ServiceLauncher: Sendable {
    let workDirectory: String
    let binary: String
    let running: (port: Int, dataDirectory: String)?

    /// Lends a service for as long as `body` runs: a new process, or the running service where one was named.
    func run<R>(_ body: (Service) async throws -> R) async throws -> R {
        if let running {
            return try await body(Service(port: running.port, dataDirectory: running.dataDirectory))
        }
        return try await Service.with(binary: binary, dataDirectory: "\(workDirectory)/data", logs: workDirectory, body)
    }
}

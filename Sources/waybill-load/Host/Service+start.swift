import Foundation

extension Service {
    /// Runs `waybill serve` on a data directory and a free port for as long as `body` runs.
    ///
    /// - Throws: `LoadFailure` with the service's output where it is not ready within a minute or exits with an error.
    static func with<R>(
        binary: String,
        dataDirectory: String,
        logs: String,
        _ body: (Service) async throws -> R
    ) async throws -> R {
        var arguments = [binary, "serve", "--port", "0", "--data-dir", dataDirectory]
        // A child does not inherit the environment. This variable names the directory of PostgreSQL's programs.
        if let directory = ProcessInfo.processInfo.environment["WAYBILL_PG_BIN"] {
            arguments = ["/usr/bin/env", "WAYBILL_PG_BIN=\(directory)"] + arguments
        }
        let program = try ChildProgram(arguments, name: "service", directory: logs)
        let result: Result<R, any Error>
        do {
            let url = try await program.line(beginning: "waybill: serving on ")
            guard let port = url.split(separator: ":").last.flatMap({ Int($0) }) else {
                throw LoadFailure("the service printed a URL without a port: \(url)")
            }
            result = .success(try await body(Service(port: port, dataDirectory: dataDirectory)))
        } catch {
            result = .failure(error)
        }
        guard try await program.stop() == 0 || result.isFailure else {
            throw LoadFailure("the service exited with an error: \(try program.outputTail())")
        }
        return try result.get()
    }
}

extension Result {
    fileprivate var isFailure: Bool { if case .failure = self { true } else { false } }
}

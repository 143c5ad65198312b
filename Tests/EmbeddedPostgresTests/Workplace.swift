import Glibc
import Logging
import TestSupport
import Testing

@testable import EmbeddedPostgres

/// A data directory of a test's own, with the servers that the test starts there.
struct Workplace: Sendable {
    let dataDirectory: String

    var inside: String { ClusterPlacement.inside(dataDirectory) }
    var outside: String { ClusterPlacement.outside(dataDirectory) }

    func postgres(binaries: String? = nil) -> EmbeddedPostgres {
        var logger = Logger(label: "embedded")
        logger.logLevel = .critical
        return EmbeddedPostgres(dataDirectory: dataDirectory, logger: logger, binaryDirectory: binaries)
    }

    /// Lends a directory to `body`, and afterwards ends its servers and removes it.
    ///
    /// - Parameter suffix: more path components, which do not exist yet.
    static func with(
        suffix: String = "",
        mode: mode_t = 0o711,
        _ body: (Workplace) async throws -> Void
    ) async throws {
        let root = "/tmp/waybill-embedded-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        try #require(mkdir(root, mode) == 0 && chmod(root, mode) == 0)
        let place = Workplace(dataDirectory: root + suffix)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(place))
        } catch {
            result = .failure(error)
        }
        for cluster in [place.inside, place.outside] {
            #expect(try await endEverything(in: cluster))
            for socketRoot in ["/run", "/tmp"] {
                let port = ServerSettings.port
                try FileSystem.removeTree(
                    ClusterPlacement.socketDirectory(cluster: cluster, port: port, root: socketRoot)
                )
            }
        }
        for path in [place.outside, "\(place.outside).lock"] { try FileSystem.removeTree(path) }
        try FileSystem.removeTree(root)
        try result.get()
    }

    /// Kills the server and all its backends, as a power failure would.
    @discardableResult
    static func endEverything(in cluster: String) async throws -> Bool {
        try await eventually {
            let processes = ProcessFacts.working(in: cluster)
            for process in processes { kill(process.identity.pid, SIGKILL) }
            // A child's zombie would keep the test library from seeing its own children end.
            for process in processes where process.parent == getpid() { waitpid(process.identity.pid, nil, 0) }
            return processes.isEmpty
        }
    }
}

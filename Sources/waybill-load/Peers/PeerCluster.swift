import EmbeddedPostgres
import Foundation
import Postgres

/// A PostgreSQL cluster for a peer, with the same binaries and settings as the service's and on the same disk.
struct PeerCluster: Sendable {
    let database: PostgresConfiguration
    let binaries: String
    let postmaster: Int32

    /// Runs a cluster in `directory` for as long as `body` runs.
    static func with<R>(_ directory: String, _ body: (PeerCluster) async throws -> R) async throws -> R {
        let cluster = EmbeddedPostgres(dataDirectory: directory, logger: Service.logger)
        let database = try await cluster.start()
        guard let postmaster = await cluster.postmasterPid else { throw LoadFailure("the cluster has no postmaster") }
        ChildRegistry.add(postmaster, endedBy: SIGINT)
        let result: Result<R, any Error>
        do {
            let binaries = try await ServerBinaries.locate().directory
            result = .success(
                try await body(PeerCluster(database: database, binaries: binaries, postmaster: postmaster))
            )
        } catch {
            result = .failure(error)
        }
        try await cluster.stop(within: .seconds(20))
        ChildRegistry.remove(postmaster)
        return try result.get()
    }
}

import Logging

/// The place of a cluster together with the programs of its server.
struct ClusterSite {
    /// The cluster's directory (PGDATA).
    let cluster: String
    let socketDirectory: String
    let account: ServerAccount
    let binaries: ServerBinaries
    /// The data directory of a cluster that lies outside of it; nil for one that lies inside.
    var outsideOf: String?

    var pidFile: String { "\(cluster)/postmaster.pid" }
    var socket: String { "\(socketDirectory)/.s.PGSQL.\(ServerSettings.port)" }
    var log: ServerLog { ServerLog(path: "\(cluster)/postgres.log", account: account) }

    /// - Parameters:
    ///   - cluster: the directory of another cluster in the same place; nil for the data directory's own.
    init(_ place: ClusterPlace, cluster: String? = nil, socketsFor: String? = nil, binaries: ServerBinaries) {
        self.cluster = cluster ?? place.cluster
        socketDirectory = place.socketDirectory(of: socketsFor ?? self.cluster)
        account = place.account
        self.binaries = binaries
        outsideOf = place.isOutside ? place.dataDirectory : nil
    }

    /// Finds the programs that can serve the cluster in its place.
    ///
    /// - Parameter binaryDirectory: the directory of the server's programs; nil searches for one.
    static func locate(
        _ place: ClusterPlace,
        binaryDirectory: String?,
        logger: Logger
    ) async throws -> ClusterSite {
        let named = binaryDirectory ?? ServerBinaries.namedByEnvironment
        let installed = try await ServerBinaries.installed(in: named)
        let binaries = try ServerBinaries.choose(
            from: installed,
            clusterMajor: place.major,
            cluster: place.cluster,
            isNamed: named != nil
        )
        if let newest = installed.map(\.major).max(), newest > binaries.major {
            logger.notice(
                "a later PostgreSQL is installed; `waybill upgrade` moves the cluster to it while no service runs",
                metadata: ["cluster": "\(place.cluster)", "version": "\(binaries.major)", "installed": "\(newest)"]
            )
        }
        return ClusterSite(place, binaries: binaries)
    }
}

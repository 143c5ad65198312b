extension EmbeddedPostgres {
    /// True where a data directory has a cluster, inside it or outside. Makes nothing.
    package static func hasCluster(in dataDirectory: String) -> Bool {
        // A path that does not resolve has no cluster, wherever it would be.
        guard let directory = try? FileSystem.resolved(dataDirectory) else { return false }
        return [ClusterPlacement.inside(directory), ClusterPlacement.outside(directory)].contains {
            FileSystem.exists("\($0)/PG_VERSION")
        }
    }
}

extension EmbeddedPostgres {
    /// True where a data directory has a cluster, inside it or outside. Makes nothing.
    package static func hasCluster(in dataDirectory: String) -> Bool {
        // A path that does not resolve has no cluster, wherever it would be.
        guard let directory = try? FileSystem.resolved(dataDirectory) else { return false }
        let (inside, outside) = (ClusterPlacement.inside(directory), ClusterPlacement.outside(directory))
        if isCluster(inside) { return true }
        // By its mark, a directory has a cluster wherever that is.
        if let own = ClusterMark(in: directory) { return !own.isPending || isCluster(outside) }
        // A marked cluster belongs to a directory that was deleted, unless its marking was interrupted.
        return isCluster(outside)
            && (ClusterMark(in: outside) == nil || OutsideCluster.isMarkedHalf(outside, of: directory))
    }

    private static func isCluster(_ path: String) -> Bool {
        FileSystem.exists("\(path)/PG_VERSION") || FileSystem.exists(UpgradeDraft.finished(of: path))
    }
}

extension EmbeddedPostgres {
    /// The live server of a cluster's directory, for code that must stop it without a task, such as exit handlers of
    /// tests.
    package static func server(ofCluster cluster: String) -> ProcessFacts.Identity? {
        guard
            let file = FileSystem.contents("\(cluster)/postmaster.pid").flatMap({ PostmasterFile(parsing: $0) }),
            file.directory == cluster, let process = ProcessFacts(pid: file.pid),
            !process.isDead, process.name == "postgres"
        else { return nil }
        return process.identity
    }

    /// Removes the data directory of a stopped cluster with all that is in it.
    package static func removeCluster(_ dataDirectory: String) throws {
        try FileSystem.removeTree(dataDirectory)
    }
}

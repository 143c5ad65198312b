import Glibc
import Logging

extension EmbeddedPostgres {
    /// Finds out where the cluster lives, who runs it and with which binaries, and makes the directories around it.
    func prepareSite() async throws -> Site {
        try FileSystem.makeDirectories(dataDirectory, mode: 0o711)
        let directory = try FileSystem.resolved(dataDirectory)
        let inside = ClusterPlacement.inside(directory)
        let outside = ClusterPlacement.outside(directory)
        let owner = FileSystem.status(inside) ?? FileSystem.status(outside)
        let account = try ServerAccount.choose(ownerOfCluster: owner?.st_uid)
        let findings = ClusterPlacement.Findings(
            dataDirectory: directory,
            isReachable: try await account.canEnter(directory),
            hasClusterInside: FileSystem.exists("\(inside)/PG_VERSION"),
            hasClusterOutside: FileSystem.exists("\(outside)/PG_VERSION")
        )
        if !account.needsSwitch && !findings.isReachable {
            throw EmbeddedPostgresError(.notReachable, "\(directory) cannot be entered")
        }
        let placement = try ClusterPlacement(findings)
        if placement.isOutside {
            let closed = try await account.firstClosedDirectory(towards: directory) ?? directory
            logger.notice(
                "the cluster lives outside the data directory",
                metadata: ["cluster": "\(placement.cluster)", "closed": "\(closed)", "account": "\(account.name)"]
            )
            try FileSystem.makeDirectories("/var/lib/waybill", mode: 0o755)
        }
        let major = FileSystem.contents("\(placement.cluster)/PG_VERSION").flatMap { Int($0.prefix { $0.isNumber }) }
        let binaries = try await Self.locateBinaries(named: namedBinaries, clusterMajor: major)
        let socketDirectory = ClusterPlacement.socketDirectory(
            cluster: placement.cluster,
            port: ServerSettings.port,
            root: account.needsSwitch ? "/run" : "/tmp"
        )
        return Site(
            cluster: placement.cluster,
            socketDirectory: socketDirectory,
            account: account,
            binaries: binaries
        )
    }

    /// Makes a new cluster. It gets its name only when it is complete, so that a killed `initdb` leaves nothing that
    /// looks like one.
    func initialize(_ site: Site) async throws {
        guard !FileSystem.exists("\(site.cluster)/PG_VERSION") else { return }
        if FileSystem.exists(site.cluster) {
            // Only an empty one is ours to remove.
            guard rmdir(site.cluster) == 0 else {
                throw EmbeddedPostgresError(.initdbFailed, "\(site.cluster) exists and holds no cluster: move it away")
            }
        }
        let slash = site.cluster.lastIndex(of: "/") ?? site.cluster.startIndex
        let parent = String(site.cluster[..<slash])
        let prefix = String(site.cluster[slash...].dropFirst()) + ".new-"
        for leftover in FileSystem.entries(parent) where leftover.hasPrefix(prefix) {
            try FileSystem.removeTree("\(parent)/\(leftover)")
        }
        let draft = "\(parent)/\(prefix)\(getpid())"
        logger.info("making a new cluster", metadata: ["cluster": "\(site.cluster)"])
        try FileSystem.makePrivateDirectory(draft, account: site.account)
        let arguments = try site.account.command(ServerSettings.initdb(binaries: site.binaries, directory: draft))
        let answer = try await ChildProcess.run(arguments, directory: draft)
        guard answer.status == 0 else {
            try FileSystem.removeTree(draft)
            throw EmbeddedPostgresError(
                .initdbFailed,
                "initdb failed (\(answer.status)): \(answer.output.suffix(1000))"
            )
        }
        guard rename(draft, site.cluster) == 0 else { throw FileSystem.failure("rename", draft) }
        try FileSystem.synchronize(directory: parent)
    }

    static func presence(cluster: String, account: ServerAccount) -> PostmasterPresence {
        let file = FileSystem.contents("\(cluster)/postmaster.pid").flatMap { PostmasterFile(parsing: $0) }
        return PostmasterPresence(
            file: file,
            process: file.flatMap { ProcessFacts(pid: $0.pid) },
            directory: cluster,
            account: account.user,
            ownPid: getpid()
        )
    }
}

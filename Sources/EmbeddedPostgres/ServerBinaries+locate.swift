import Glibc

extension ServerBinaries {
    /// Finds the programs for a new cluster: those that `WAYBILL_PG_BIN` names, else those of the latest version.
    ///
    /// - Throws: `binariesMissing` or `binariesTooOld`, each naming what to install.
    package static func locate() async throws -> ServerBinaries {
        try choose(from: await installed(in: namedByEnvironment), clusterMajor: nil)
    }

    /// Finds the programs of all installed servers: in `WAYBILL_PG_BIN`, in Debian's directories with the highest
    /// version first, by `pg_config --bindir`, or in `PATH`.
    ///
    /// - Parameter named: the only directory to look at; nil looks at all but `WAYBILL_PG_BIN`.
    /// - Throws: `binariesMissing` where `named` holds none.
    static func installed(in named: String?) async throws -> [ServerBinaries] {
        let path = getenv("PATH").map { String(cString: $0) }
        let candidates = candidates(
            named: named,
            packaged: FileSystem.entries(packagedRoot),
            configured: try await configuredDirectory(path: path),
            path: path
        )
        var installed: [ServerBinaries] = []
        for directory in candidates where !installed.contains(where: { $0.directory == directory }) {
            guard
                FileSystem.isExecutable("\(directory)/postgres"),
                FileSystem.isExecutable("\(directory)/initdb")
            else { continue }
            let result = try await ChildProcess.run(["\(directory)/postgres", "--version"])
            guard result.status == 0, let major = major(fromVersionOutput: result.output) else { continue }
            installed.append(ServerBinaries(directory: directory, major: major))
        }
        if installed.isEmpty, let named, !named.isEmpty {
            throw EmbeddedPostgresError(
                .binariesMissing,
                "\(named) holds no PostgreSQL server (`postgres` and `initdb`): name another directory in "
                    + "WAYBILL_PG_BIN, or install the package `postgresql`"
            )
        }
        return installed
    }

    /// The directory that `WAYBILL_PG_BIN` names; nil when it is absent or empty.
    static var namedByEnvironment: String? {
        getenv("WAYBILL_PG_BIN").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Asks `pg_config` for the directory of the server's programs. It belongs to the client library's package, so the
    /// server need not be there.
    private static func configuredDirectory(path: String?) async throws -> String? {
        let directories = (path ?? "").split(separator: ":").map(String.init)
        guard let found = directories.map({ "\($0)/pg_config" }).first(where: { FileSystem.isExecutable($0) }) else {
            return nil
        }
        let result = try await ChildProcess.run([found, "--bindir"])
        guard result.status == 0 else { return nil }
        return result.output.split(separator: "\n").first.map(String.init)
    }
}

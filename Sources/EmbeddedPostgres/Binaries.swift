import Glibc

/// One installed PostgreSQL server.
package struct Binaries: Sendable, Hashable {
    /// Holds `postgres` and `initdb`.
    package let directory: String
    package let major: Int

    /// The oldest major version that the service supports.
    static let oldest = 15

    /// The first of `installed` that may serve: an existing cluster needs its own major version.
    static func choose(from installed: [Binaries], clusterMajor: Int?) throws -> Binaries {
        guard let newest = installed.map(\.major).max() else {
            throw EmbeddedPostgresError(
                .binariesMissing,
                "no PostgreSQL server found: install the package `postgresql` (version \(oldest) or later), "
                    + "or name its directory in WAYBILL_PG_BIN"
            )
        }
        if let clusterMajor {
            if let match = installed.first(where: { $0.major == clusterMajor }) { return match }
            throw EmbeddedPostgresError(
                .versionMismatch,
                "the cluster was made by PostgreSQL \(clusterMajor), and \(newest) is installed: "
                    + "install `postgresql-\(clusterMajor)`, or upgrade the cluster with pg_upgrade"
            )
        }
        if let match = installed.first(where: { $0.major >= oldest }) { return match }
        throw EmbeddedPostgresError(
            .binariesTooOld,
            "PostgreSQL \(newest) is too old: install the package `postgresql` in version \(oldest) or later"
        )
    }

    /// The major version in the output of `postgres --version`.
    static func major(inVersion text: String) -> Int? {
        guard let marker = text.split(separator: " ").first(where: { $0.first?.isNumber == true }) else { return nil }
        return Int(marker.prefix { $0.isNumber })
    }

    /// Where to look, in order. `WAYBILL_PG_BIN` is an order, not a hint: nothing else is looked at beside it.
    static func candidates(
        named: String?,
        packaged: [String],
        configured: String?,
        path: String?
    ) -> [String] {
        if let named, !named.isEmpty { return [named] }
        let numbered = packaged.compactMap { name in Int(name).map { (number: $0, name: name) } }
        let debian = numbered.sorted { $0.number > $1.number }.map { "\(packagedRoot)/\($0.name)/bin" }
        let searched = (path ?? "").split(separator: ":").map(String.init)
        return debian + (configured.map { [$0] } ?? []) + searched
    }

    static let packagedRoot = "/usr/lib/postgresql"
}

extension EmbeddedPostgres {
    /// Finds the server's binaries: `WAYBILL_PG_BIN`, Debian's directories with the highest version first,
    /// `pg_config --bindir`, `PATH`.
    ///
    /// - Parameters:
    ///   - named: a directory that takes the place of `WAYBILL_PG_BIN`.
    ///   - clusterMajor: the major version of an existing cluster, which no other can serve.
    /// - Throws: `binariesMissing`, `binariesTooOld` or `versionMismatch`, each naming what to install.
    package static func locateBinaries(named: String? = nil, clusterMajor: Int? = nil) async throws -> Binaries {
        let path = getenv("PATH").map { String(cString: $0) }
        let named = named ?? getenv("WAYBILL_PG_BIN").map { String(cString: $0) }
        let candidates = Binaries.candidates(
            named: named,
            packaged: FileSystem.entries(Binaries.packagedRoot),
            configured: try await configuredDirectory(path: path),
            path: path
        )
        var installed: [Binaries] = []
        for directory in candidates where !installed.contains(where: { $0.directory == directory }) {
            guard
                FileSystem.isExecutable("\(directory)/postgres"),
                FileSystem.isExecutable("\(directory)/initdb")
            else { continue }
            let answer = try await ChildProcess.run(["\(directory)/postgres", "--version"])
            guard answer.status == 0, let major = Binaries.major(inVersion: answer.output) else { continue }
            installed.append(Binaries(directory: directory, major: major))
        }
        if installed.isEmpty, let named, !named.isEmpty {
            throw EmbeddedPostgresError(
                .binariesMissing,
                "\(named) holds no PostgreSQL server (postgres and initdb): name another directory, "
                    + "or install the package `postgresql`"
            )
        }
        return try Binaries.choose(from: installed, clusterMajor: clusterMajor)
    }

    /// What `pg_config` says; it belongs to the client library's package, so the server need not be there.
    private static func configuredDirectory(path: String?) async throws -> String? {
        let directories = (path ?? "").split(separator: ":").map(String.init)
        guard let found = directories.map({ "\($0)/pg_config" }).first(where: { FileSystem.isExecutable($0) }) else {
            return nil
        }
        let answer = try await ChildProcess.run([found, "--bindir"])
        guard answer.status == 0 else { return nil }
        return answer.output.split(separator: "\n").first.map(String.init)
    }
}

import Glibc

/// The programs of one installed PostgreSQL server.
package struct ServerBinaries: Sendable, Hashable {
    /// The directory that holds `postgres` and `initdb`.
    package let directory: String
    /// The major version, such as 15.
    package let major: Int

    /// The oldest major version that the service supports.
    static let oldestMajor = 15

    /// Returns the first of `installed` that can serve the cluster. An existing cluster needs its own major version.
    ///
    /// - Parameters:
    ///   - clusterMajor: the major version that made the cluster; nil while there is none.
    ///   - cluster: the cluster's directory.
    ///   - isNamed: true when `WAYBILL_PG_BIN` names the only directory that counts.
    static func choose(
        from installed: [ServerBinaries],
        clusterMajor: Int?,
        cluster: String = "the data directory",
        isNamed: Bool = false
    ) throws -> ServerBinaries {
        guard let newest = installed.map(\.major).max() else {
            throw EmbeddedPostgresError(
                .binariesMissing,
                "no PostgreSQL server was found: install the package `postgresql` (version \(oldestMajor) or later), "
                    + "or name the directory of its programs in WAYBILL_PG_BIN"
            )
        }
        if let clusterMajor {
            if let match = installed.first(where: { $0.major == clusterMajor }) { return match }
            let advice =
                if newest < clusterMajor {
                    "install `postgresql-\(clusterMajor)`, or name the directory of that version's programs in "
                        + "WAYBILL_PG_BIN"
                } else {
                    "run `waybill upgrade`, which moves the cluster to \(newest) with the programs of both versions "
                        + "(`postgresql-\(clusterMajor)` can be installed beside `postgresql-\(newest)`)"
                }
            let found = isNamed ? "WAYBILL_PG_BIN names \(newest)" : "\(newest) is installed"
            throw EmbeddedPostgresError(
                .versionMismatch,
                "the cluster in \(cluster) was made by PostgreSQL \(clusterMajor), and \(found): \(advice)"
            )
        }
        if let match = installed.first(where: { $0.major >= oldestMajor }) { return match }
        throw EmbeddedPostgresError(
            .binariesTooOld,
            "PostgreSQL \(newest) is installed and is too old: install version \(oldestMajor) or later"
        )
    }

    /// Reads the major version from the output of `postgres --version`.
    static func major(fromVersionOutput text: String) -> Int? {
        guard let marker = text.split(separator: " ").first(where: { $0.first?.isNumber == true }) else { return nil }
        return Int(marker.prefix { $0.isNumber })
    }

    /// Lists the directories to search, in order. A directory named in `WAYBILL_PG_BIN` replaces all others.
    ///
    /// - Parameters:
    ///   - named: the value of `WAYBILL_PG_BIN`, or what takes its place.
    ///   - packaged: the names of the directories in which Debian keeps one version each.
    ///   - configured: the directory that `pg_config` gives.
    ///   - path: the value of `PATH`.
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

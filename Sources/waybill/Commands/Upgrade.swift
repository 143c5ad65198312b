import ArgumentParser
import EmbeddedPostgres
import Foundation

struct Upgrade: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Move the embedded database to the latest PostgreSQL that is installed.",
        discussion: """
            For a data directory whose database was made by an earlier major version, such as 15, while no service runs. \
            The programs of both versions are needed; Debian keeps those of each in a directory of its own. The database \
            is copied by pg_upgrade, or by dump and restore where pg_upgrade cannot do it, and compared with the old one \
            row by row. Only then does the new one take its place; the old one is kept beside it under another name. \
            Positions stay good. An upgrade that is interrupted or killed leaves the database as it was.

            WAYBILL_PG_BIN names the directory of the later version's programs, where it is not in a usual place.
            """
    )

    @OptionGroup var dataDirectory: DataDirectoryOption

    @Option(
        help: ArgumentHelp(
            "Directory of the programs of the earlier version. (default: the usual places)",
            valueName: "directory"
        )
    )
    var oldPrograms: String?

    @Flag(help: "Dump and restore, even where pg_upgrade would do.")
    var dump = false

    func run() async throws {
        let (path, old) = (dataDirectory.path, oldPrograms.map { URL(fileURLWithPath: $0).standardizedFileURL.path })
        let method = dump ? ClusterUpgrade.Method.dump : .automatic
        try dataDirectory.requireDatabase()
        let outcome = try await Interruptible.run {
            let lock = try DataDirectoryLock(dataDirectory: path)
            defer { withExtendedLifetime(lock) {} }
            let upgrade = ClusterUpgrade(
                dataDirectory: path,
                oldPrograms: old,
                method: method,
                logger: LogLevel.logger(verbose: false)
            ) { try StandardOutput.line($0) }
            return try await upgrade.run()
        }
        switch outcome {
        case .current(let major):
            try StandardOutput.line("the database is of PostgreSQL \(major), the latest that was found")
        case .upgraded(let from, let to, let kept):
            try StandardOutput.line(
                "the database is of PostgreSQL \(to) now; the one of \(from) is kept in \(kept) until you delete it"
            )
        }
    }
}

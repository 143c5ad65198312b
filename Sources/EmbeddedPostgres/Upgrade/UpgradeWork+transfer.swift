import Logging
import Postgres

extension UpgradeWork {
    /// Copies the cluster by a dump of each database.
    func transfer() async throws {
        let tools = try programs.forTransfer().directory
        try await withServer(source) { old in
            try await withServer(target) { new in
                let (from, to) = (Self.address(old), Self.address(new))
                let globals = "\(draft.work)/globals.sql"
                try await run(
                    ["\(tools)/pg_dumpall", "--globals-only", "--file=\(globals)"] + from,
                    named: "pg_dumpall"
                )
                // The script makes the superuser too, which is there: its other statements may not fail. The server's
                // account edits the script: its directory is not one for root to read by path.
                let statement = "/^CREATE ROLE \(ServerSettings.user);$/d"
                try await run(
                    [ServerAccount.program("sed") ?? "/bin/sed", "-i", "-e", statement, globals],
                    named: "sed"
                )
                try await run(
                    ["\(tools)/psql", "--no-psqlrc", "--quiet", "--file=\(globals)"]
                        + ["--set=ON_ERROR_STOP=1", "--dbname=postgres"] + to,
                    named: "psql"
                )
                for name in try await ClusterContents.databases(old, logger: logger) {
                    let file = "\(draft.work)/database.dump"
                    try await run(
                        ["\(tools)/pg_dump", "--format=custom", "--file=\(file)", "--dbname=\(name)"] + from,
                        named: "pg_dump"
                    )
                    let creates = name == "postgres" ? [] : ["--create"]
                    try await run(
                        ["\(tools)/pg_restore", "--exit-on-error", "--dbname=postgres"] + creates + to + [file],
                        named: "pg_restore"
                    )
                    try FileSystem.removeTree(file, below: FileSystem.split(place.cluster).parent)
                }
            }
        }
    }

    private static func address(_ database: PostgresConfiguration) -> [String] {
        ["--host=\(database.host)", "--port=\(database.port)", "--username=\(database.user)"]
    }
}

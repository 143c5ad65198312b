import Glibc
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
                // The script makes the superuser too, which is there: its other statements may not fail.
                try await run(
                    ["\(tools)/psql", "--no-psqlrc", "--quiet", "--file=\(try withoutSuperuser(globals))"]
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
                    try FileSystem.removeTree(file)
                }
            }
        }
    }

    private static func address(_ database: PostgresConfiguration) -> [String] {
        ["--host=\(database.host)", "--port=\(database.port)", "--username=\(database.user)"]
    }

    /// Writes a copy of the script without the superuser's `create role`.
    private func withoutSuperuser(_ path: String) throws -> String {
        guard let text = FileSystem.contents(path) else { throw FileSystem.failure("read", path) }
        let statement = "CREATE ROLE \(ServerSettings.user);"
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter { $0 != statement }
        let copy = "\(path).new"
        let descriptor = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileSystem.failure("make", copy) }
        defer { close(descriptor) }
        let bytes = Array(lines.joined(separator: "\n").utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count else { throw FileSystem.failure("write", copy) }
        guard fchown(descriptor, place.account.user, place.account.group) == 0 else {
            throw FileSystem.failure("change the owner of", copy)
        }
        return copy
    }
}

import ArgumentParser
import OrderLog
import Postgres

struct LogImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Fill an empty log from an export.",
        discussion: """
            Imports everything or, where the file is damaged or the log is not empty, nothing, and ends with status 1. Events keep
            their positions, so ids that clients hold stay good; what is appended later has ids of its own. Orders are folded from
            their events. Not carried over: idempotency keys (a command that the old log accepted would be accepted again), tracking
            links, and the secret that seals customers' positions.

            Works on the database of --database-url, or else on the data directory's embedded one, with no service running on it.
            The schema is brought up to date first.
            """
    )

    @Argument(help: "The file, or - for standard input.")
    var file: String

    @OptionGroup var dataDirectory: DataDirectoryOption

    @Option(help: "PostgreSQL to import into: postgres://… [WAYBILL_DATABASE_URL]")
    var databaseUrl: String?

    func run() async throws {
        let source = ByteSource(argument: file)
        try await Database.withLog(url: databaseUrl, dataDirectory: dataDirectory, migrating: true) { connection in
            let head = try await LogImport.run(on: connection) { log in
                guard try await source.forEachLine({ line in try await log.add(line) }) else {
                    throw LogTransferError("the last line is cut off: it has no line feed")
                }
            }
            Output.line("imported \(head.seq) events, up to \(head)")
        }
    }
}

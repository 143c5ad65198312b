import ArgumentParser
import OrderLog
import Postgres

struct LogImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Fill an empty log from an export.",
        discussion: """
            Imports everything or, where the file is damaged or the log is not empty, nothing, and ends with status 1. \
            Events keep their positions, so ids that clients hold stay good; what is appended later has ids of its own. \
            Orders are folded from their events. Not carried over: idempotency keys (a command that the old log accepted \
            would be accepted again), and the secret that seals customers' positions.

            The file's last line holds the number of its events and their hash, and is checked. A file from a version \
            that wrote no such line is imported with a note: nobody can tell whether its end is missing.

            Works on the database of --database-url, or else on the data directory's embedded one, with no service \
            running on it. The schema is brought up to date first.
            """
    )

    @Argument(help: "The file, or - for standard input.")
    var file: String

    @OptionGroup var database: DatabaseOption

    func run() async throws {
        // Opened before a database is made for a file that is not there.
        let source = try ByteSource(argument: file)
        do {
            try await restore(source)
        } catch let error as LogTransferError {
            throw CommandFailure("nothing was imported from \(source.name): \(error)")
        } catch let error as ByteSource.LineTooLong {
            throw CommandFailure("nothing was imported from \(source.name): \(error)")
        }
    }

    private func restore(_ source: ByteSource) async throws {
        try await Database.withLog(database, for: .writing) { connection in
            let (head, isSealed) = try await LogImport.run(on: connection) { log in
                guard try await source.forEachLine({ line in try await log.add(line) }) else {
                    throw LogTransferError("the last line is cut off: it has no line feed")
                }
            }
            if !isSealed {
                StandardError.line(
                    "waybill: \(source.name) has no last line with count and hash, as older versions wrote it: "
                        + "whether events are missing at its end cannot be checked"
                )
            }
            try StandardOutput.line("imported \(head.seq) events, up to \(head)")
        }
    }
}

import ArgumentParser

struct Log: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at the log, export it, fill an empty one.",
        subcommands: [LogHead.self, LogExportCommand.self, LogImportCommand.self]
    )
}

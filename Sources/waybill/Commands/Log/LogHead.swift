import ArgumentParser
import OrderLog

struct LogHead: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "head",
        abstract: "Print the position of the log's last event, and nothing else.",
        discussion: LogOptions.discussion
    )

    @OptionGroup var options: LogOptions

    func run() async throws {
        try await options.with { client in
            // The feed begins with a block that holds nothing but the head's id.
            var frames = FrameReader(try await client.stream("/v1/stream"))
            try StandardOutput.line(try await frames.firstID())
        } database: { connection in
            try StandardOutput.line(try await LogExport(connection: connection).head().description)
        }
    }
}

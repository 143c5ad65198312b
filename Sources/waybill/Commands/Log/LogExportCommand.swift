import ArgumentParser
import Foundation
import NIOCore
import OrderLog
import StrictJSON

struct LogExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the log as NDJSON, one event a line, as the API gives them to staff.",
        discussion: """
            Ends at the event that was the last when it began. The same events always give the same bytes.

            \(LogOptions.discussion)
            """
    )

    @OptionGroup var options: LogOptions

    @Option(help: "Only events after this position; 0 is the beginning.")
    var after = "0"

    @Option(help: "The file to write, or - for standard output.")
    var output = "-"

    func validate() throws { _ = try position() }

    func run() async throws {
        let position = try position()
        let handle = try file()
        try await options.with { client in
            try await Self.copy(from: client, after: after, to: handle)
        } database: { connection in
            try await LogExport(connection: connection).run(after: position) { try handle.write(contentsOf: Data($0)) }
        }
    }

    private func position() throws -> LogPosition? {
        if after == "0" { return nil }
        guard let position = LogPosition(after) else {
            throw ValidationError("--after is a position such as “log head” prints, or 0")
        }
        return position
    }

    private func file() throws -> FileHandle {
        if output == "-" { return .standardOutput }
        guard FileManager.default.createFile(atPath: output, contents: nil),
            let handle = FileHandle(forWritingAtPath: output)
        else { throw CommandFailure("\(output) cannot be written") }
        return handle
    }

    private static func copy(from client: APIClient, after start: String, to handle: FileHandle) async throws {
        var frames = FrameReader(try await client.stream("/v1/stream"))
        let head = LogPosition(try await frames.firstID())?.seq ?? 0
        var position = start
        while true {
            var lines = try await client.events(after: position, limit: 1000)
            while let end = lines.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                let line = lines.readBytes(length: end + 1 - lines.readerIndex) ?? []
                guard let read = try JSONValue.parse(line).object?["position"]?.string, let at = LogPosition(read)
                else {
                    throw CommandFailure("an event has no position")
                }
                if at.seq > head { return }
                try handle.write(contentsOf: Data(line))
                position = read
                if at.seq == head { return }
            }
            if lines.writerIndex == 0 { return }
        }
    }
}

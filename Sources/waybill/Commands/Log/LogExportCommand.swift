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
            Ends at the event that was the last when it began. The same events always give the same bytes. The first line, \
            {"exportBegin":…}, and the last, {"exportEnd":…}, are no events: the last holds the number of events and the \
            SHA-256 of all bytes before it, so that an import finds what is missing or changed.

            With --output the file gets its name when it is complete. An export that fails leaves none, and an older file \
            of that name as it was.

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
        let file = try ExportFile(output)
        let after = after
        try await file.fill {
            try await options.with { client in
                try await Self.copy(from: client, after: after, to: file)
            } database: { connection in
                try await LogExport(connection: connection).run(after: position) { try file.write($0) }
            }
        }
    }

    private func position() throws -> LogPosition? {
        if after == "0" { return nil }
        guard let position = LogPosition(after) else {
            throw ValidationError("--after is a position such as “waybill log head” prints, or 0.")
        }
        return position
    }

    private static func copy(from client: APIClient, after start: String, to file: ExportFile) async throws {
        var frames = FrameReader(try await client.stream("/v1/stream"))
        let head = LogPosition(try await frames.firstID())?.seq ?? 0
        var seal = ExportSeal()
        try file.write(ExportSeal.begin)
        var position = start
        reading: while true {
            var page = try await client.events(after: position, limit: 1000)
            if page.readableBytes == 0 { break }
            var lines: [UInt8] = []
            while let end = page.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                let line = page.readBytes(length: end + 1 - page.readerIndex) ?? []
                guard let read = try JSONValue.parse(line).object?["position"]?.string, let at = LogPosition(read)
                else { throw CommandFailure("the service sent an event without a position; is it a Waybill service?") }
                if at.seq <= head {
                    seal.add(line)
                    lines += line
                    position = read
                }
                if at.seq >= head {
                    try file.write(lines)
                    break reading
                }
            }
            try file.write(lines)
        }
        try file.write(seal.end)
    }
}

import WaybillClient

/// Prints a stream until it is told to stop.
struct TailFollower {
    let client: WaybillClient
    let request: StreamRequest
    let isJSON: Bool
    let paint: Paint
    let notes: TailNotes

    /// - Throws: `OutputFailure` when standard output cannot be written, `CancellationError`, and what ends a stream
    ///   for good.
    func run() async throws {
        var table = TailTable(paint: paint)
        for try await event in client.events(of: request, onConnectionChange: { [notes] in notes.show($0) }) {
            switch event {
            case .snapshot(let frame):
                try StandardOutput.line(
                    isJSON ? Self.line(frame) : table.line(frame.decode(OrderSnapshot.self), columns: columns)
                )
            case .status(let frame), .update(let frame):
                try StandardOutput.line(isJSON ? Self.line(frame) : table.line(frame.change(), columns: columns))
            case .reset(let reason, _):
                notes.write("reset (\(reason)): the log does not have that position, going on with what is now")
            case .bye(let reason, let frame):
                notes.write("the service ended the stream (\(reason)), resuming \(TailNotes.place(frame.position))")
            }
        }
    }

    /// Asked for each line: a terminal's size may change.
    private var columns: Int? { TerminalSize.columns(of: 1) }

    /// The data as it was sent. JSON text breaks lines only between its tokens, where a space does as well.
    private static func line(_ frame: StreamEvent.Frame) -> String {
        frame.data.contains("\n") ? String(frame.data.map { $0 == "\n" ? " " : $0 }) : frame.data
    }
}

import EventStreams
import HTTPTypes

/// The parameters that every stream has.
struct StreamOptions {
    static let parameters: Set<String> = ["after", "beat", "lastEventId", "plain"]

    /// Omits the `event:` lines.
    let isPlain: Bool
    /// Sends an event with each id-only block.
    let hasBeats: Bool
    /// The position to resume after, as the client sent it: the header `Last-Event-ID`, else `lastEventId`, as
    /// polyfills send it that cannot set the header, else `after`. Each counts as absent when empty.
    let after: String?

    init(_ query: QueryReader, _ headers: HTTPFields) throws {
        isPlain = try query.flag("plain")
        hasBeats = try query.flag("beat")
        let header = headers[.lastEventId].flatMap { $0.isEmpty ? nil : $0 }
        let lastEventId = try query.position("lastEventId")
        let after = try query.position("after")
        self.after = header ?? lastEventId ?? after
    }

    /// The event that goes with id-only blocks.
    var beat: ControlFrame.Beat { hasBeats ? (isPlain ? .plain : .named) : .absent }
}

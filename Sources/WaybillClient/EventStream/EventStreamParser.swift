/// An incremental parser of event streams, by the rules of WHATWG HTML, section 9.2.6.
///
/// The bytes may arrive in pieces that are cut anywhere: inside a character, between CR and LF, inside the byte order
/// mark. Bytes that are not UTF-8 become U+FFFD, as the Encoding standard decodes them. An unfinished block at the
/// stream's end is not an event, so the parser needs no call at the end.
///
/// ```swift
/// var parser = EventStreamParser()
/// var events: [ServerSentEvent] = []
/// try parser.parse("id: 7\ndata: hello\n\n".utf8, into: &events)
/// // events[0].data == "hello", parser.lastEventID == "7"
/// ```
///
/// ``WaybillClient`` uses this parser by itself. Use it directly to read a stream over another HTTP client.
public struct EventStreamParser: Sendable {
    /// The id to send as `Last-Event-ID` when the stream is resumed; empty where no header is to be sent.
    ///
    /// A block without data dispatches no event, but its id counts.
    public private(set) var lastEventID: String
    /// The reconnection time of the last `retry` field, in milliseconds; nil where the stream had none.
    public private(set) var reconnectionTime: Int?

    private let limit: Int
    private var lines = LineBuffer()
    private var data: [UInt8] = []
    private var type = ""
    private var id: String

    /// Creates a parser for a stream that begins.
    ///
    /// - Parameters:
    ///   - lastEventID: the `Last-Event-ID` with which the stream was requested; empty for none. The standard begins
    ///     every stream with an empty id, so that a block without an id would lose the client's position. Browsers keep
    ///     the id of the request, and so does this parser.
    ///   - maximumEventSize: the limit, in bytes, of an event's data together with the line being read.
    public init(lastEventID: String = "", maximumEventSize: Int = 16 * 1024 * 1024) {
        self.lastEventID = lastEventID
        self.id = lastEventID
        self.limit = maximumEventSize
    }

    /// Parses the next bytes of the stream.
    ///
    /// - Parameters:
    ///   - bytes: the bytes that follow those of the call before.
    ///   - events: receives the events that these bytes complete, also those before an error.
    /// - Throws: ``EventTooLarge``. The parser must not be used afterwards.
    public mutating func parse(
        _ bytes: some Collection<UInt8>,
        into events: inout [ServerSentEvent]
    ) throws(EventTooLarge) {
        // The line buffer is moved out of `self`, so that its closure may change the other properties.
        var lines = lines
        self.lines = LineBuffer()
        defer { self.lines = lines }
        try lines.forEachLine(in: Array(bytes)[...]) { (line) throws(EventTooLarge) in
            if line.isEmpty { dispatch(into: &events) } else { try interpret(line) }
        }
        guard data.count + lines.partialSize <= limit else { throw EventTooLarge(limit: limit) }
    }

    private mutating func interpret(_ line: ArraySlice<UInt8>) throws(EventTooLarge) {
        // A line that begins with a colon is a comment; it reads as a field with an empty name.
        let colon = line.firstIndex(of: UInt8(ascii: ":"))
        let name = line[..<(colon ?? line.endIndex)]
        var value = colon.map { line[($0 + 1)...] } ?? []
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        if name.elementsEqual("data".utf8) {
            guard data.count + value.count < limit else { throw EventTooLarge(limit: limit) }
            data += value
            data.append(UInt8(ascii: "\n"))
        } else if name.elementsEqual("event".utf8) {
            type = String(decoding: value, as: UTF8.self)
        } else if name.elementsEqual("id".utf8) {
            if !value.contains(0) { id = String(decoding: value, as: UTF8.self) }
        } else if name.elementsEqual("retry".utf8) {
            setReconnectionTime(value)
        }
    }

    private mutating func setReconnectionTime(_ digits: ArraySlice<UInt8>) {
        guard !digits.isEmpty, digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else { return }
        // A number too large for `Int` means a very long time. Ignoring it would mean the default.
        reconnectionTime = Int(String(decoding: digits, as: UTF8.self)) ?? .max
    }

    private mutating func dispatch(into events: inout [ServerSentEvent]) {
        lastEventID = id
        defer {
            data.removeAll(keepingCapacity: true)
            type = ""
        }
        guard !data.isEmpty else { return }
        let text = String(decoding: data.dropLast(), as: UTF8.self)
        events.append(ServerSentEvent(type: type.isEmpty ? "message" : type, data: text, lastEventID: id))
    }
}

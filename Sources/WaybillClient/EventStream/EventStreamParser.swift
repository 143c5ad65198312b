/// Reads an event stream from its bytes as they arrive, by the rules of WHATWG HTML, section 9.2.6.
///
/// Pieces may be cut anywhere: inside a character, between CR and LF, inside the byte order mark. Bytes that are no UTF-8
/// become U+FFFD, as the Encoding standard decodes them. An unfinished block at the end is no event, so there is nothing
/// to call when the stream ends.
///
/// ```swift
/// var parser = EventStreamParser()
/// var events: [ServerSentEvent] = []
/// try parser.parse("id: 7\ndata: hello\n\n".utf8, into: &events)
/// // events[0].data == "hello", parser.lastEventID == "7"
/// ```
public struct EventStreamParser: Sendable {
    /// An event, or one of its lines, is larger than the parser takes. The parser is of no use afterwards.
    public struct EventTooLarge: Error, Hashable, CustomStringConvertible {
        /// The most bytes that an event may have.
        public let limit: Int

        /// A sentence that says so.
        public var description: String { "an event of the stream is larger than \(limit) bytes" }
    }

    /// What a client that comes back sends as `Last-Event-ID`; empty means that it sends none.
    ///
    /// A block that has no data dispatches no event and moves this all the same.
    public private(set) var lastEventID: String
    /// Milliseconds of the last `retry` field; nil where the stream had none.
    public private(set) var reconnectionTime: Int?

    private let limit: Int
    private var lines = LineBuffer()
    private var data: [UInt8] = []
    private var type = ""
    private var id: String

    /// A parser at the beginning of a stream.
    ///
    /// - Parameters:
    ///   - lastEventID: the id with which this stream was asked for. The standard begins every stream with an empty one, by
    ///     which a block without an id would forget the place where the client was; browsers keep it, and so does this.
    ///   - maximumEventSize: bytes of an event's data, and of a line, together.
    public init(lastEventID: String = "", maximumEventSize: Int = 16 * 1024 * 1024) {
        self.lastEventID = lastEventID
        self.id = lastEventID
        self.limit = maximumEventSize
    }

    /// Reads the stream's next bytes.
    ///
    /// - Parameter events: the events that these bytes complete are appended to it, also where an error follows them.
    /// - Throws: `EventTooLarge`.
    public mutating func parse(
        _ bytes: some Collection<UInt8>,
        into events: inout [ServerSentEvent]
    ) throws(EventTooLarge) {
        // The reader of lines is taken out, so that a line may change everything else.
        var lines = lines
        self.lines = LineBuffer()
        defer { self.lines = lines }
        try lines.forEachLine(in: Array(bytes)[...]) { (line) throws(EventTooLarge) in
            if line.isEmpty { dispatch(into: &events) } else { try interpret(line) }
        }
        guard data.count + lines.partialSize <= limit else { throw EventTooLarge(limit: limit) }
    }

    private mutating func interpret(_ line: ArraySlice<UInt8>) throws(EventTooLarge) {
        // A line that begins with a colon is a comment: a field without a name.
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
        // More digits than a number holds mean very long, and not nothing.
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

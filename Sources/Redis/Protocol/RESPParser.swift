package import NIOCore

/// Reads RESP3 from bytes that arrive in pieces of any size. Work is linear in the bytes, and memory is bounded by the
/// limits, whatever lengths the peer announces.
///
/// Streamed strings and aggregates (`$?`, `*?`) are refused: no server sends them.
package struct RESPParser: Sendable {
    package struct Limits: Sendable {
        /// The most bytes of a line, without its end: of a simple string, an error, a number or a length.
        package var lineBytes = 16 * 1024
        /// The most bytes of a bulk string.
        package var bulkBytes = 4 * 1024 * 1024
        /// The most bytes of a reply.
        package var replyBytes = 8 * 1024 * 1024
        /// The most values in a reply, those of nested aggregates included.
        package var values = 16 * 1024
        /// The most aggregates within each other.
        package var depth = 16

        package init() {}
    }

    /// An aggregate whose elements are still arriving.
    private struct Aggregate {
        let kind: RESPAggregate
        let count: Int
        var elements: [RESPValue] = []

        /// The complete aggregate; nil for attributes, which are dropped.
        var value: RESPValue? {
            switch kind {
            case .array: .array(elements)
            case .set: .set(elements)
            case .push: .push(elements)
            case .map:
                .map(stride(from: 0, to: elements.count, by: 2).map { RESPPair(elements[$0], elements[$0 + 1]) })
            case .attribute: nil
            }
        }
    }

    private let limits: Limits
    private var buffer = ByteBuffer()
    /// The bytes of `buffer` that hold no end of a line.
    private var scanned = 0
    private var aggregates: [Aggregate] = []
    private var bulk: (kind: RESPBulk, length: Int)?
    /// The bytes and values of the reply so far.
    private var (replyBytes, values) = (0, 0)
    private var failure: RESPError?

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// The bytes that were fed and belong to no value yet.
    package var bufferedBytes: Int { buffer.readableBytes }
    /// The bytes of memory that hold them.
    package var reservedBytes: Int { buffer.storageCapacity }

    package mutating func feed(_ bytes: ByteBuffer) {
        guard buffer.readableBytes > 0 else {
            buffer = bytes
            return
        }
        // Values may come for hours without an end that falls together with the end of a read.
        if buffer.readerIndex > buffer.readableBytes { buffer.discardReadBytes() }
        buffer.writeImmutableBuffer(bytes)
    }

    /// Reads the next whole value.
    ///
    /// - Returns: nil where more bytes are needed.
    /// - Throws: the same error from then on.
    package mutating func next() throws(RESPError) -> RESPValue? {
        if let failure { throw failure }
        do throws(RESPError) {
            return try read()
        } catch {
            failure = error
            (buffer, aggregates) = (ByteBuffer(), [])
            throw error
        }
    }

    private mutating func read() throws(RESPError) -> RESPValue? {
        while true {
            let progress = if let bulk { try readBulk(bulk.kind, bulk.length) } else { try readHeader() }
            switch progress {
            case .needsBytes: return nil
            case .began: continue
            case .value(let value): if let whole = add(value) { return whole }
            }
        }
    }

    private enum Progress {
        case needsBytes
        /// A bulk string or an aggregate has begun.
        case began
        case value(RESPValue)
    }

    private mutating func readBulk(_ kind: RESPBulk, _ length: Int) throws(RESPError) -> Progress {
        guard buffer.readableBytes >= length + 2, var bytes = buffer.readSlice(length: length),
            let end = buffer.readBytes(length: 2)
        else { return .needsBytes }
        guard end == Self.lineEnd else { throw .malformed("a string does not end where it should") }
        bulk = nil
        scanned = 0
        switch kind {
        case .string: return .value(.bulk(bytes))
        case .error: return .value(.error(String(buffer: bytes)))
        case .verbatim:
            // Three letters of a format and a colon come before the text.
            guard let prefix = bytes.readBytes(length: 4), prefix[3] == UInt8(ascii: ":") else {
                throw .malformed("a verbatim string has no format")
            }
            return .value(.bulk(bytes))
        }
    }

    /// Reads a line: a whole value, or the length of one.
    private mutating func readHeader() throws(RESPError) -> Progress {
        guard let line = try readLine() else { return .needsBytes }
        guard let type = line.first else { throw .malformed("an empty line") }
        values += 1
        guard values <= limits.values else { throw .tooLarge("more than \(limits.values) values") }
        let text = line.dropFirst()
        if let kind = RESPBulk(rawValue: type) {
            guard let length = try length(text) else { return .value(.null) }
            guard length <= limits.bulkBytes else { throw .tooLarge("a string of \(length) bytes") }
            try count(bytes: length + 2)
            bulk = (kind, length)
            return .began
        }
        if let kind = RESPAggregate(rawValue: type) {
            guard let count = try length(text) else { return .value(.null) }
            return try begin(kind, count)
        }
        return .value(try RESPScalar.value(type, text))
    }

    private mutating func begin(_ kind: RESPAggregate, _ count: Int) throws(RESPError) -> Progress {
        guard count <= limits.values else { throw .tooLarge("an aggregate of \(count) elements") }
        guard aggregates.count < limits.depth else { throw .tooLarge("more than \(limits.depth) nested aggregates") }
        let aggregate = Aggregate(kind: kind, count: kind.isPaired ? 2 * count : count)
        if aggregate.count == 0 { return aggregate.value.map { .value($0) } ?? .began }
        aggregates.append(aggregate)
        return .began
    }

    /// Adds a value to the aggregate that it belongs to.
    ///
    /// - Returns: the reply where it is whole.
    private mutating func add(_ value: RESPValue) -> RESPValue? {
        var value = value
        while var aggregate = aggregates.popLast() {
            aggregate.elements.append(value)
            guard aggregate.elements.count == aggregate.count else {
                aggregates.append(aggregate)
                return nil
            }
            // After attributes comes the value that they describe.
            guard let complete = aggregate.value else { return nil }
            value = complete
        }
        (replyBytes, values) = (0, 0)
        return value
    }

    /// Reads a line without its end; nil where the end has not arrived.
    private mutating func readLine() throws(RESPError) -> ArraySlice<UInt8>? {
        let view = buffer.readableBytesView
        let start = view.index(view.startIndex, offsetBy: scanned)
        guard let newline = view[start...].firstIndex(of: UInt8(ascii: "\n")) else {
            scanned = view.count
            guard scanned <= limits.lineBytes + 1 else { throw .tooLarge("a line of \(scanned) bytes") }
            return nil
        }
        let length = view.distance(from: view.startIndex, to: newline) + 1
        scanned = 0
        guard length <= limits.lineBytes + 2 else { throw .tooLarge("a line of \(length) bytes") }
        guard length >= 2, let line = buffer.readBytes(length: length), line[length - 2] == UInt8(ascii: "\r") else {
            throw .malformed("a line without a carriage return at its end")
        }
        try count(bytes: length)
        let text = line[..<(length - 2)]
        guard !text.contains(UInt8(ascii: "\r")) else { throw .malformed("a carriage return within a line") }
        return text
    }

    private mutating func count(bytes: Int) throws(RESPError) {
        replyBytes += bytes
        guard replyBytes <= limits.replyBytes else {
            throw .tooLarge("a reply of more than \(limits.replyBytes) bytes")
        }
    }

    /// - Returns: nil for `-1`, the null of earlier versions.
    private func length(_ text: ArraySlice<UInt8>) throws(RESPError) -> Int? {
        if text.elementsEqual("-1".utf8) { return nil }
        guard (1...18).contains(text.count), text.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let length = Int(String(decoding: text, as: UTF8.self))
        else { throw .malformed("a length that is no number") }
        return length
    }

    private static let lineEnd: [UInt8] = [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
}

/// The first byte of a value whose bytes follow a length.
enum RESPBulk: UInt8 {
    case string = 0x24  // $
    case error = 0x21  // !
    case verbatim = 0x3D  // =
}

/// The first byte of a value that is made of others.
enum RESPAggregate: UInt8 {
    case array = 0x2A  // *
    case set = 0x7E  // ~
    case map = 0x25  // %
    case push = 0x3E  // >
    case attribute = 0x7C  // |

    var isPaired: Bool { self == .map || self == .attribute }
}

/// Values of one line.
enum RESPScalar {
    static func value(_ type: UInt8, _ bytes: ArraySlice<UInt8>) throws(RESPError) -> RESPValue {
        let text = String(decoding: bytes, as: UTF8.self)
        switch type {
        case UInt8(ascii: "+"): return .simple(text)
        case UInt8(ascii: "-"): return .error(text)
        case UInt8(ascii: ":"):
            guard let number = Int64(text) else { throw .malformed("an integer that is none") }
            return .integer(number)
        case UInt8(ascii: ","):
            guard let number = Double(text) else { throw .malformed("a double that is none") }
            return .double(number)
        case UInt8(ascii: "#"):
            guard text == "t" || text == "f" else { throw .malformed("a boolean that is none") }
            return .boolean(text == "t")
        case UInt8(ascii: "("):
            let digits = text.hasPrefix("-") ? text.utf8.dropFirst() : text.utf8[...]
            guard !digits.isEmpty, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
                throw .malformed("a number that is none")
            }
            return .bigNumber(text)
        case UInt8(ascii: "_"):
            guard text.isEmpty else { throw .malformed("a null with a text") }
            return .null
        default: throw .malformed("an unknown type of value")
        }
    }
}

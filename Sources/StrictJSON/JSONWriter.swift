import Primitives

/// Writes JSON as bytes, without white space and never with a raw carriage return or line feed, so that one text is
/// always one line of NDJSON or of an event stream.
public struct JSONWriter: Sendable {
    /// The bytes that are written so far.
    public var bytes: [UInt8]
    @usableFromInline
    var needsComma = false

    public init(reserving capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// The bytes of one object whose members `body` writes.
    public static func object(reserving capacity: Int = 256, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(reserving: capacity)
        writer.object(body)
        return writer.bytes
    }

    @inlinable
    public mutating func object(_ body: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        body(&self)
        close(UInt8(ascii: "}"))
    }

    @inlinable
    public mutating func array(_ body: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "["))
        body(&self)
        close(UInt8(ascii: "]"))
    }

    @inlinable
    public mutating func array<Element>(
        _ elements: some Sequence<Element>,
        _ body: (inout JSONWriter, Element) -> Void
    ) {
        array { writer in
            for element in elements { body(&writer, element) }
        }
    }

    /// Opens an object; the caller writes its members and then calls `endObject`. For a caller that holds the writer in
    /// a property, which the closure of `object` could not reach.
    @inlinable
    public mutating func beginObject() { open(UInt8(ascii: "{")) }

    /// Closes the object that `beginObject` opened.
    @inlinable
    public mutating func endObject() { close(UInt8(ascii: "}")) }

    /// Opens an array; the caller writes its elements and then calls `endArray`.
    @inlinable
    public mutating func beginArray() { open(UInt8(ascii: "[")) }

    /// Closes the array that `beginArray` opened.
    @inlinable
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    public mutating func null() {
        comma()
        bytes.append(contentsOf: "null".utf8)
    }

    public mutating func bool(_ bool: Bool) {
        comma()
        bytes.append(contentsOf: bool ? "true".utf8 : "false".utf8)
    }

    @inlinable
    public mutating func integer(_ integer: some FixedWidthInteger) {
        if let small = Int64(exactly: integer) { number(small) } else { number("\(integer)") }
    }

    public mutating func string(_ string: String) {
        comma()
        JSONText.append(string, to: &bytes)
    }

    /// Writes a string that needs no escape, such as a time or an id. `body` appends its bytes.
    @inlinable
    public mutating func plainString(_ body: (inout [UInt8]) -> Void) {
        comma()
        bytes.append(UInt8(ascii: "\""))
        body(&bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a value that is JSON already. Line breaks in JSON are white space, and become spaces.
    public mutating func raw(_ json: [UInt8]) {
        comma()
        let start = bytes.count
        bytes.append(contentsOf: json)
        for position in start..<bytes.count where bytes[position] == 0x0A || bytes[position] == 0x0D {
            bytes[position] = 0x20
        }
    }

    /// Writes a value that another writer has written.
    public mutating func value(encoded json: [UInt8]) {
        comma()
        bytes.append(contentsOf: json)
    }

    public mutating func value(_ json: JSONValue) {
        switch json {
        case .null: null()
        case .bool(let flag): bool(flag)
        case .number(let digits): number(digits.text)
        case .string(let text): string(text)
        case .array(let elements): array(elements) { $0.value($1) }
        case .object(let members):
            object { writer in
                for member in members.members {
                    writer.comma()
                    JSONText.append(member.name, to: &writer.bytes)
                    writer.colon()
                    writer.value(member.value)
                }
            }
        }
    }

    @inlinable
    mutating func comma() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    mutating func colon() {
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    @inlinable
    mutating func open(_ bracket: UInt8) {
        comma()
        bytes.append(bracket)
        needsComma = false
    }

    @inlinable
    mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    @usableFromInline
    mutating func number(_ digits: String) {
        comma()
        bytes.append(contentsOf: digits.utf8)
    }

    @usableFromInline
    mutating func number(_ number: Int64) {
        comma()
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var magnitude = number.magnitude
            var start = digits.count
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10)
                magnitude /= 10
            } while magnitude > 0
            if number < 0 {
                start -= 1
                digits[start] = UInt8(ascii: "-")
            }
            bytes.append(contentsOf: UnsafeMutableBufferPointer(rebasing: digits[start...]))
        }
    }
}

/// Writes JSON as bytes, without white space and never with a raw carriage return or line feed, so that one text is
/// always one line of NDJSON or of an event stream.
package struct JSONWriter: Sendable {
    /// What has been written so far.
    package var bytes: [UInt8]
    private var needsComma = false

    package init(reserving capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// The bytes of one object whose members `body` writes.
    package static func object(reserving capacity: Int = 256, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(reserving: capacity)
        writer.object(body)
        return writer.bytes
    }

    // MARK: Values

    package mutating func object(_ body: (inout JSONWriter) -> Void) {
        container(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
    }

    package mutating func array(_ body: (inout JSONWriter) -> Void) {
        container(UInt8(ascii: "["), UInt8(ascii: "]"), body)
    }

    package mutating func array<Element>(
        _ elements: some Sequence<Element>,
        _ body: (inout JSONWriter, Element) -> Void
    ) {
        array { writer in
            for element in elements { body(&writer, element) }
        }
    }

    package mutating func null() {
        value { $0.append(contentsOf: "null".utf8) }
    }

    package mutating func bool(_ bool: Bool) {
        value { $0.append(contentsOf: bool ? "true".utf8 : "false".utf8) }
    }

    package mutating func integer(_ integer: some FixedWidthInteger) {
        value { $0.append(contentsOf: String(integer).utf8) }
    }

    package mutating func string(_ string: String) {
        value { Self.append(string, to: &$0) }
    }

    /// A string that is known to need no escape, written by `body`: times, ids, hexadecimal.
    package mutating func plainString(_ body: (inout [UInt8]) -> Void) {
        value { bytes in
            bytes.append(UInt8(ascii: "\""))
            body(&bytes)
            bytes.append(UInt8(ascii: "\""))
        }
    }

    /// A value that is JSON already. Line breaks in it can only be white space and become spaces.
    package mutating func raw(_ json: some Collection<UInt8>) {
        value { bytes in
            let start = bytes.count
            bytes.append(contentsOf: json)
            for position in start..<bytes.count where bytes[position] == 0x0A || bytes[position] == 0x0D {
                bytes[position] = 0x20
            }
        }
    }

    package mutating func value(_ json: JSONValue) {
        switch json {
        case .null: null()
        case .bool(let flag): bool(flag)
        case .number(let number): value { $0.append(contentsOf: number.text.utf8) }
        case .string(let text): string(text)
        case .array(let elements): array(elements) { $0.value($1) }
        case .object(let members):
            object { writer in
                for member in members.members {
                    writer.key(member.name)
                    writer.value(member.value)
                }
            }
        }
    }

    // MARK: Members

    /// The name of the member whose value is written next.
    package mutating func key(_ name: String) {
        value { Self.append(name, to: &$0) }
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func field(_ name: String, _ text: String) {
        key(name)
        string(text)
    }

    package mutating func field(_ name: String, _ number: some FixedWidthInteger) {
        key(name)
        integer(number)
    }

    package mutating func field(_ name: String, _ flag: Bool) {
        key(name)
        bool(flag)
    }

    /// Left out when there is no text.
    package mutating func field(_ name: String, _ text: String?) {
        if let text { field(name, text) }
    }

    package mutating func object(_ name: String, _ body: (inout JSONWriter) -> Void) {
        key(name)
        object(body)
    }

    package mutating func array<Element>(
        _ name: String,
        _ elements: some Sequence<Element>,
        _ body: (inout JSONWriter, Element) -> Void
    ) {
        key(name)
        array(elements, body)
    }

    // MARK: Bytes

    private mutating func container(_ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) -> Void) {
        value { $0.append(open) }
        needsComma = false
        body(&self)
        bytes.append(close)
        needsComma = true
    }

    private mutating func value(_ write: (inout [UInt8]) -> Void) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        write(&bytes)
        needsComma = true
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            for position in 0..<utf8.count {
                let byte = utf8[position]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                bytes.append(contentsOf: utf8[start..<position])
                start = position + 1
                appendEscape(of: byte, to: &bytes)
            }
            bytes.append(contentsOf: utf8[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            let hexadecimal = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(hexadecimal[Int(byte >> 4)])
            bytes.append(hexadecimal[Int(byte & 15)])
        }
    }
}

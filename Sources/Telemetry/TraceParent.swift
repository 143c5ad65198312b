/// The `traceparent` of a request (W3C Trace Context, section 3.2).
package struct TraceParent: Sendable, Hashable {
    /// The whole value, as it was sent.
    package let text: String
    /// 32 hexadecimal digits.
    package let traceId: String
    /// The caller's span: 16 hexadecimal digits.
    package let parentId: String
    /// True where the caller records its part of the trace.
    package let isSampled: Bool

    /// - Returns: nil for a value that is not valid, which is to be ignored.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        // Later versions may append fields; version 00 has these four alone.
        guard bytes.count == 55 || bytes.count > 55 && bytes[55] == Self.dash, bytes.count <= 255 else { return nil }
        guard bytes[2] == Self.dash, bytes[35] == Self.dash, bytes[52] == Self.dash else { return nil }
        let (version, trace) = (bytes[..<2], bytes[3..<35])
        let (parent, flags) = (bytes[36..<52], bytes[53..<55])
        guard [version, trace, parent, flags].allSatisfy({ $0.allSatisfy(Self.isDigit) }) else { return nil }
        guard [trace, parent].allSatisfy({ $0.contains { $0 != UInt8(ascii: "0") } }) else { return nil }
        let name = String(decoding: version, as: UTF8.self)
        guard name != "ff", name != "00" || bytes.count == 55 else { return nil }
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        self.text = text
        traceId = String(decoding: trace, as: UTF8.self)
        parentId = String(decoding: parent, as: UTF8.self)
        // The lowest bit of the flags.
        isSampled = (UInt8(String(decoding: flags, as: UTF8.self), radix: 16) ?? 0) & 1 == 1
    }

    private static let dash = UInt8(ascii: "-")

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

import HTTPTypes

/// Reads a request that every parser of HTTP/1.1 reads alike: a GET without a body, or a POST that has come whole. All
/// others are left to the decoder.
///
/// The request asks nothing of the connection. Its bytes are a small part of those that HTTP allows, so that no doubt
/// is left: visible ASCII, one `Host`, no empty value, no white space but the one between the parts.
enum PlainRequest {
    /// The most bytes of a header that is read here.
    static let maximumByteCount = 8 * 1024
    private static let maximumFieldCount = 100
    /// The most digits of a body's length.
    private static let maximumLengthDigits = 9

    /// Reads a GET request.
    ///
    /// - Parameter bytes: all bytes that have come.
    /// - Returns: nil where they are anything but one whole plain header.
    static func parse(_ bytes: UnsafeRawBufferPointer) -> HTTPRequest? {
        var reader = Reader(rest: bytes)
        guard bytes.count <= maximumByteCount, reader.skip("GET "),
            let (request, length) = header(.get, scheme: "http", &reader), length == nil, reader.rest.isEmpty
        else { return nil }
        return request
    }

    /// Reads a POST request.
    ///
    /// - Parameter bytes: all bytes that have come.
    /// - Returns: the request and the number of its body's bytes, which are the last ones; nil where the bytes are
    ///   anything but one whole plain request.
    static func parsePost(_ bytes: UnsafeRawBufferPointer, scheme: String) -> (HTTPRequest, bodyByteCount: Int)? {
        var reader = Reader(rest: bytes)
        guard reader.skip("POST "), let (request, length) = header(.post, scheme: scheme, &reader),
            bytes.count - reader.rest.count <= maximumByteCount, reader.rest.count == length ?? 0
        else { return nil }
        return (request, reader.rest.count)
    }

    /// Reads the rest of a header, after the method.
    private static func header(
        _ method: HTTPRequest.Method,
        scheme: String,
        _ reader: inout Reader
    ) -> (HTTPRequest, bodyByteCount: Int?)? {
        guard let path = reader.text(upTo: UInt8(ascii: " "), where: isPathByte), path.utf8.first == UInt8(ascii: "/"),
            reader.skip("HTTP/1.1\r\n")
        else { return nil }
        var (host, length): (String?, Int?) = (nil, nil)
        var fields = HTTPFields()
        fields.reserveCapacity(16)
        while !reader.skip("\r\n") {
            guard fields.count < maximumFieldCount, let text = reader.text(upTo: UInt8(ascii: ":"), where: isNameByte),
                let name = HTTPField.Name(text)
            else { return nil }
            _ = reader.skip(" ")
            guard let value = reader.text(upTo: UInt8(ascii: "\r"), where: isValueByte), reader.skip("\n"),
                value.utf8.first != UInt8(ascii: " "), value.utf8.last != UInt8(ascii: " ")
            else { return nil }
            switch name.canonicalName {
            case "host":
                guard host == nil, value.utf8.allSatisfy(isHostByte) else { return nil }
                host = value
            case "connection":
                guard ["close", "keep-alive"].contains(value.lowercased()) else { return nil }
                fields.append(HTTPField(name: name, value: value))
            case "content-length":
                guard length == nil, value.utf8.count <= maximumLengthDigits, value.utf8.allSatisfy(isDigit) else {
                    return nil
                }
                length = Int(value)
                fields.append(HTTPField(name: name, value: value))
            case "expect", "http2-settings", "trailer", "transfer-encoding", "upgrade": return nil
            default: fields.append(HTTPField(name: name, value: value))
            }
        }
        guard let host else { return nil }
        return (HTTPRequest(method: method, scheme: scheme, authority: host, path: path, headerFields: fields), length)
    }

    private struct Reader {
        var rest: UnsafeRawBufferPointer

        mutating func skip(_ text: StaticString) -> Bool {
            let expected = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
            guard rest.starts(with: expected) else { return false }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(expected.count))
            return true
        }

        /// The bytes before a separator, which is skipped too, but for a carriage return's line feed.
        ///
        /// - Returns: nil where there are none, or one of them is not allowed.
        mutating func text(upTo separator: UInt8, where isAllowed: (UInt8) -> Bool) -> String? {
            guard let end = rest.firstIndex(where: { $0 == separator || !isAllowed($0) }), end > 0,
                rest[end] == separator
            else { return nil }
            let text = String(decoding: rest[..<end], as: UTF8.self)
            rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
            return text
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"),
            UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "&"), UInt8(ascii: "="), UInt8(ascii: ":"),
            UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: "@"), UInt8(ascii: "*"):
            true
        default: isAlphanumeric(byte)
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || isAlphanumeric(byte)
    }

    private static func isValueByte(_ byte: UInt8) -> Bool { (0x20...0x7E).contains(byte) }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "["),
            UInt8(ascii: "]"):
            true
        default: isAlphanumeric(byte)
        }
    }
}

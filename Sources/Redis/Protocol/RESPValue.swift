package import NIOCore

/// A value of the Redis serialization protocol, version 3 (RESP3).
package indirect enum RESPValue: Sendable, Equatable {
    case simple(String)
    /// The server's refusal. Its first word is a code, such as `MOVED` or `NOAUTH`.
    case error(String)
    case integer(Int64)
    case double(Double)
    case boolean(Bool)
    /// The decimal digits of a number of any size.
    case bigNumber(String)
    case bulk(ByteBuffer)
    case null
    case array([RESPValue])
    case set([RESPValue])
    case map([RESPPair])
    /// Data that the server sends without being asked, such as a message of a channel.
    case push([RESPValue])

    /// The text of a simple or bulk string; nil for any other value.
    package var text: String? {
        switch self {
        case .simple(let text): text
        case .bulk(let bytes): String(buffer: bytes)
        default: nil
        }
    }

    /// The value of a key that is a text; nil where this is no map or lacks the key.
    package subscript(key: String) -> RESPValue? {
        guard case .map(let pairs) = self else { return nil }
        return pairs.first { $0.key.text == key }?.value
    }
}

/// A key and its value.
package struct RESPPair: Sendable, Equatable {
    package let key: RESPValue
    package let value: RESPValue

    package init(_ key: RESPValue, _ value: RESPValue) {
        self.key = key
        self.value = value
    }
}

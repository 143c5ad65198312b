package import HTTPTypes
import Primitives

/// The identifier of a request, which its response and its lines of the log show.
package enum RequestIdentifier {
    /// The most characters of an identifier.
    private static let maximumLength = 128

    /// The caller's `X-Request-Id` where it may be shown as it is, else a new identifier.
    static func choose(_ given: String?) -> String {
        guard let given, isValid(given) else { return make() }
        return given
    }

    static func isValid(_ text: String) -> Bool {
        (1...maximumLength).contains(text.utf8.count) && text.utf8.allSatisfy(isAllowed)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)

    /// 128 random bits in hexadecimal.
    static func make() -> String {
        var generator = QuickRandomNumberGenerator()
        return String(unsafeUninitializedCapacity: 32) { buffer in
            for half in 0..<2 {
                var bits = generator.next()
                for index in 0..<16 {
                    buffer[half * 16 + index] = digits[Int(bits & 15)]
                    bits >>= 4
                }
            }
            return 32
        }
    }
}

extension HTTPField.Name {
    package static let requestId = Self.known("X-Request-Id")
    /// The field in which the transport tells the application the identifier of a request. A client's own field of
    /// this name is removed.
    package static let assignedRequestId = Self.known("Waybill-Assigned-Request-Id")

    package static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no field name") }
        return name
    }
}

/// A JSON number, kept as its text: nothing is rounded on the way in.
public struct JSONNumber: Sendable, Hashable {
    /// The number as it was written.
    public let text: String

    public init(text: String) {
        self.text = text
    }

    public init(_ integer: Int64) {
        self.text = String(integer)
    }

    /// The number as an integer; nil where it is no whole number within `Int64`. `1.0` and `1e2` are, `1.5` and `1e400`
    /// are not.
    public var integer: Int64? {
        var significant: [UInt8] = []
        var zeros = 0
        var scale = 0
        var isNegative = false
        var inFraction = false
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "-"):
                isNegative = true
            case UInt8(ascii: "."):
                inFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                scale += Self.exponent(&bytes)
            default:
                if inFraction { scale -= 1 }
                // Trailing zeros count only when another digit follows.
                if byte == UInt8(ascii: "0") {
                    zeros += significant.isEmpty ? 0 : 1
                } else {
                    if significant.count + zeros > 19 { return nil }
                    significant.append(contentsOf: repeatElement(0, count: zeros))
                    significant.append(byte - UInt8(ascii: "0"))
                    zeros = 0
                }
            }
        }
        if significant.isEmpty { return 0 }
        scale += zeros
        guard scale >= 0, significant.count + scale <= 19 else { return nil }
        significant.append(contentsOf: repeatElement(0, count: scale))
        var magnitude: UInt64 = 0
        for digit in significant { magnitude = magnitude * 10 + UInt64(digit) }
        if isNegative {
            return magnitude <= UInt64(Int64.max) + 1 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
        }
        return Int64(exactly: magnitude)
    }

    /// Reads the exponent, bounded to a value that the digits of no accepted text can offset.
    private static func exponent(_ bytes: inout String.UTF8View.Iterator) -> Int {
        let bound = 1 << 40
        var value = 0
        var isNegative = false
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "+"): break
            default: value = min(value * 10 + Int(byte - UInt8(ascii: "0")), bound)
            }
        }
        return isNegative ? -value : value
    }
}

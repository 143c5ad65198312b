/// The id, number and customer of a simulated order, as ASCII.
struct OrderIdentity: Sendable {
    /// A UUID of version 7 (RFC 9562): the time, then random bits, as a shop's own ids.
    let id: [UInt8]
    let number: [UInt8]
    let customer: [UInt8]

    /// - Parameters:
    ///   - milliseconds: the time since 1970.
    ///   - number: the order's number, from which the customer follows.
    ///   - random: the source of the id's random bits.
    init(milliseconds: UInt64, number: Int, random: inout some RandomNumberGenerator) {
        let high = milliseconds << 16 | 0x7000 | random.next() & 0x0FFF
        let low = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        var id: [UInt8] = []
        id.reserveCapacity(36)
        for (value, groups) in [(high, [8, 4, 4]), (low, [4, 12])] {
            var shift = 64
            for group in groups {
                if !id.isEmpty { id.append(UInt8(ascii: "-")) }
                for _ in 0..<group {
                    shift -= 4
                    id.append(Self.hex[Int(value >> UInt64(shift) & 0xF)])
                }
            }
        }
        self.id = id
        self.number = Self.digits(number, 8)
        customer = Self.digits(number % 997, 3)
    }

    private static let hex = Array("0123456789abcdef".utf8)

    private static func digits(_ value: Int, _ count: Int) -> [UInt8] {
        var digits = [UInt8](repeating: UInt8(ascii: "0"), count: count)
        var rest = value
        for index in digits.indices.reversed() {
            digits[index] += UInt8(rest % 10)
            rest /= 10
        }
        return digits
    }
}

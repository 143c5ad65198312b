import Primitives

/// Reads the bytes of an RFC 3339 `date-time`.
struct DateTimeReader {
    let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Reads the whole text as an instant; nil for anything else.
    mutating func instant() -> Timestamp? {
        guard let year = number(4), take(UInt8(ascii: "-")), let month = number(2), take(UInt8(ascii: "-")),
            let day = number(2),
            take(UInt8(ascii: "T")) || take(UInt8(ascii: "t")),
            let hour = number(2), take(UInt8(ascii: ":")), let minute = number(2), take(UInt8(ascii: ":")),
            let second = number(2),
            let fraction = fraction(), let offset = offset(), position == bytes.count,
            let date = CivilDate(year: year, month: month, day: day),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        let seconds = date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second - offset
        // 23:59:60 in UTC was counted as the following midnight; any other time with second 60 does not exist.
        if second == 60, seconds % 86_400 != 0 { return nil }
        let micros = Int64(seconds) * 1_000_000 + Int64(fraction)
        guard micros >= Timestamp.earliest.unixMicroseconds, micros <= Timestamp.latest.unixMicroseconds else {
            return nil
        }
        return Timestamp(unixMicroseconds: micros)
    }

    private mutating func number(_ digits: Int) -> Int? {
        guard position + digits <= bytes.count else { return nil }
        var value = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    private mutating func digit() -> Int? {
        guard position < bytes.count else { return nil }
        let value = bytes[position] &- UInt8(ascii: "0")
        guard value < 10 else { return nil }
        position += 1
        return Int(value)
    }

    /// Reads the fraction in microseconds; 0 where there is none.
    private mutating func fraction() -> Int? {
        guard take(UInt8(ascii: ".")) else { return 0 }
        var value = 0
        var count = 0
        while let digit = digit() {
            count += 1
            if count <= 6 { value = value * 10 + digit }
        }
        guard (1...9).contains(count) else { return nil }
        for _ in min(count, 6)..<6 { value *= 10 }
        return value
    }

    /// Reads the offset in seconds east of UTC.
    private mutating func offset() -> Int? {
        if take(UInt8(ascii: "Z")) || take(UInt8(ascii: "z")) { return 0 }
        let sign = take(UInt8(ascii: "+")) ? 1 : take(UInt8(ascii: "-")) ? -1 : 0
        guard sign != 0, let hours = number(2), take(UInt8(ascii: ":")), let minutes = number(2), hours < 24,
            minutes < 60
        else {
            return nil
        }
        return sign * (hours * 3600 + minutes * 60)
    }

    private mutating func take(_ character: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == character else { return false }
        position += 1
        return true
    }
}

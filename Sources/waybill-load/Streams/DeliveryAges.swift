import Foundation

/// When events were recorded, read from the frames of one stream, and how old they were when each stream had them.
final class DeliveryAges {
    private static let mark: StaticString = #""recordedAt":""#
    /// `2026-11-22T09:56:25.201889Z`
    private static let width = 27

    private var matched = 0
    private var text: [UInt8] = []
    /// Nanoseconds since 1970, event by event.
    private var recordedAt: [UInt64] = []
    /// Deliveries that came before the first stream's, whose frames tell the time: the moment and the event.
    private var early: [(moment: UInt64, event: Int)] = []
    private(set) var ages = LatencyHistogram()

    /// Takes bytes of the first stream.
    func consume(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            if matched == Self.mark.utf8CodeUnitCount {
                text.append(byte)
                guard text.count == Self.width else { continue }
                recordedAt.append(Self.nanoseconds(text))
                text.removeAll(keepingCapacity: true)
                matched = 0
            } else if byte == Self.mark.utf8Start[matched] {
                matched += 1
            } else {
                matched = byte == Self.mark.utf8Start[0] ? 1 : 0
            }
        }
        settle()
    }

    /// Some stream has received events.
    func note(_ moment: UInt64, _ first: Int, _ count: Int) {
        for event in first..<first + count {
            if event < recordedAt.count { record(moment, event) } else { early.append((moment, event)) }
        }
    }

    private func settle() {
        guard !early.isEmpty else { return }
        early.removeAll { moment, event in
            guard event < recordedAt.count else { return false }
            record(moment, event)
            return true
        }
    }

    private func record(_ moment: UInt64, _ event: Int) {
        ages.record(nanoseconds: moment > recordedAt[event] ? moment - recordedAt[event] : 0)
    }

    /// RFC 3339 in UTC with microseconds, as nanoseconds since 1970.
    static func nanoseconds(_ text: [UInt8]) -> UInt64 {
        func number(_ range: Range<Int>) -> Int {
            text[range].reduce(0) { $0 * 10 + Int($1) - Int(UInt8(ascii: "0")) }
        }
        var parts = DateComponents()
        parts.timeZone = TimeZone(secondsFromGMT: 0)
        (parts.year, parts.month, parts.day) = (number(0..<4), number(5..<7), number(8..<10))
        (parts.hour, parts.minute, parts.second) = (number(11..<13), number(14..<16), number(17..<19))
        let seconds = calendar.date(from: parts)?.timeIntervalSince1970 ?? 0
        return UInt64(seconds) * 1_000_000_000 + UInt64(number(20..<26)) * 1000
    }

    private static let calendar = Calendar(identifier: .gregorian)
}

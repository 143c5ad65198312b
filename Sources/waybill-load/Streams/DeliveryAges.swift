import Foundation

/// The ages of events on their arrival at each stream. The times at which events were recorded are read from the frames
/// of the first stream.
final class DeliveryAges {
    private static let mark: StaticString = #""recordedAt":""#
    /// The length of a time such as `2026-11-22T09:56:25.201889Z`.
    private static let width = 27

    private var matched = 0
    private var text: [UInt8] = []
    /// The time at which each event was recorded, in nanoseconds since 1970.
    private var recordedAt: [UInt64] = []
    /// The deliveries to other streams that came before the first stream's frame with the event's time.
    private var early: [(time: UInt64, event: Int)] = []
    /// The ages recorded so far.
    private(set) var histogram = LatencyHistogram()

    /// Reads bytes of the first stream.
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
        recordEarlyArrivals()
    }

    /// Records that a stream has received events.
    ///
    /// - Parameters:
    ///   - count: the number of events.
    ///   - first: the index of the first of them.
    ///   - time: the time of arrival, in nanoseconds since 1970.
    func recordArrival(of count: Int, from first: Int, at time: UInt64) {
        for event in first..<first + count {
            if event < recordedAt.count { record(event, at: time) } else { early.append((time, event)) }
        }
    }

    private func recordEarlyArrivals() {
        guard !early.isEmpty else { return }
        early.removeAll { time, event in
            guard event < recordedAt.count else { return false }
            record(event, at: time)
            return true
        }
    }

    private func record(_ event: Int, at time: UInt64) {
        histogram.record(nanoseconds: time > recordedAt[event] ? time - recordedAt[event] : 0)
    }

    /// Reads a time in RFC 3339, UTC, with microseconds, as nanoseconds since 1970.
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

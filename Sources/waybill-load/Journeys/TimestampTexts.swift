import Primitives

/// The times in commands, in RFC 3339, which are formatted once a millisecond at most.
struct TimestampTexts: Sendable {
    /// The length of a time such as `2026-11-22T09:56:25.201Z`.
    static let width = 24

    private(set) var now: [UInt8] = []
    private(set) var earlier: [UInt8] = []
    private(set) var later: [UInt8] = []
    private(set) var latest: [UInt8] = []
    /// The present time in milliseconds since 1970.
    private(set) var milliseconds: UInt64 = 0

    init() {
        refresh()
    }

    /// Formats the times anew where the millisecond has changed.
    mutating func refresh() {
        let milliseconds = Clock.wall() / 1_000_000
        guard milliseconds != self.milliseconds else { return }
        self.milliseconds = milliseconds
        now = Self.text(milliseconds)
        earlier = Self.text(milliseconds - 2 * 3_600_000)
        later = Self.text(milliseconds + 30 * 3_600_000)
        latest = Self.text(milliseconds + 32 * 3_600_000)
    }

    /// Formats a time.
    ///
    /// - Parameter milliseconds: the time since 1970.
    static func text(_ milliseconds: UInt64) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(width)
        RFC3339.append(unixMicroseconds: Int64(milliseconds) * 1000, fraction: .milliseconds, to: &text)
        return text
    }
}

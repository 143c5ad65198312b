import Access
import OrderLog
import Orders

/// Reads the positions that callers send: plain ones from staff, sealed ones from customers.
struct PositionReader: Sendable {
    let seal: PositionSeal
    let reader: LogReader

    /// True for the text of the position before the first event, which is the same for all callers.
    static func isBeginning(_ text: String) -> Bool { text == "0" }

    /// The position that a text names; nil for a malformed one.
    func parse(_ text: String, for audience: Audience) -> RequestedPosition? {
        if Self.isBeginning(text) { return .beginning }
        switch audience {
        case .staff: return LogPosition(text).map { .at($0) }
        case .customer: return seal.open(text).map { .at(LogPosition(epoch: $0.epoch, seq: $0.seq)) }
        }
    }

    /// The sequence number of a position that the log has; 0 where no position was sent.
    ///
    /// - Throws: `Problem` 400 or 404.
    func resolve(_ text: String?, for audience: Audience) async throws -> Int64 {
        guard let text else { return 0 }
        switch parse(text, for: audience) {
        case nil: throw Problem(.malformedPosition, "A position is a text that this service gave out, or 0.")
        case .beginning: return 0
        case .at(let position):
            guard case .good(let seq) = try await reader.check(position) else {
                throw Problem(.unknownPosition, "The log does not have this position, or no longer has it.")
            }
            return seq
        }
    }

    /// As `resolve(_:for:)`, but waits until the deadline for a position that the log does not have yet, such as one
    /// that another process gave out.
    func waitToResolve(_ text: String?, for audience: Audience, until deadline: ContinuousClock.Instant) async throws
        -> Int64
    {
        while true {
            do {
                return try await resolve(text, for: audience)
            } catch let problem as Problem where problem.code == .unknownPosition && ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// The longest time that a read waits for the position that it is to reflect.
    static let patience: Duration = .seconds(2)
}

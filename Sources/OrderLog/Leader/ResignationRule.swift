/// The rule by which a leader that cannot do its work gives the leadership up to a process that may be able to, such as
/// a newer version of Waybill. Pure.
///
/// If no process can, the leadership goes round, ever more slowly: what can be done goes on meanwhile.
struct ResignationRule: Sendable {
    private var failingSince: ContinuousClock.Instant?
    private var termBegan: ContinuousClock.Instant
    private var shortestTerm: Duration = .zero

    /// The time for which the work must have failed.
    static let patience: Duration = .seconds(3)
    /// The shortest term of a process that has resigned before; it doubles up to the longest.
    static let secondTerm: Duration = .seconds(30)
    static let longestTerm: Duration = .seconds(600)
    /// The time for which a process that has resigned leaves the leadership to others, which try each second.
    static let abstention: Duration = .seconds(3)

    init(at now: ContinuousClock.Instant = .now) {
        termBegan = now
    }

    mutating func termBegins(at now: ContinuousClock.Instant = .now) {
        termBegan = now
        failingSince = nil
    }

    /// Takes note of whether a part of the work fails at present.
    ///
    /// - Returns: true where another process ought to lead, if there is one.
    mutating func mustResign(isFailing: Bool, at now: ContinuousClock.Instant = .now) -> Bool {
        guard isFailing else {
            // A term without failures proves the process.
            if now - termBegan > Self.secondTerm { shortestTerm = .zero }
            failingSince = nil
            return false
        }
        let since = failingSince ?? now
        failingSince = since
        return now - since >= Self.patience && now - termBegan >= shortestTerm
    }

    /// Takes note of a resignation.
    mutating func resigned() {
        shortestTerm = min(max(shortestTerm * 2, Self.secondTerm), Self.longestTerm)
    }
}

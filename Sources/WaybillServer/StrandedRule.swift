/// The decision to end the streams of a process that cannot read the log while another process can.
///
/// A process that is alone, or whose database is away for all, keeps its streams: elsewhere their clients would find
/// nothing better, and a balancer without a ready process answers 503, after which a browser's EventSource gives up for
/// good. So another process must have been ready twice. Times come in as parameters.
struct StrandedRule {
    /// The time since which this process supplies its streams with no events; nil where it does.
    private var since: ContinuousClock.Instant?
    private var lastQuestion: ContinuousClock.Instant?
    /// The answers in a row that another process is ready.
    private var readyAnswers = 0

    /// The time without events after which others are asked for, and the time between two questions.
    private static let (patience, interval): (Duration, Duration) = (.seconds(5), .seconds(5))
    /// The answers that count: after an outage for all, this process may be a little later than another.
    private static let neededAnswers = 2

    /// - Parameters:
    ///   - isSupplied: this process can supply its streams with events.
    ///   - hasStreams: there are streams to end.
    /// - Returns: true where the public address is to be asked now for another process.
    mutating func mustAsk(isSupplied: Bool, hasStreams: Bool, at now: ContinuousClock.Instant) -> Bool {
        guard !isSupplied, hasStreams else {
            if isSupplied { since = nil }
            (lastQuestion, readyAnswers) = (nil, 0)
            return false
        }
        let began = since ?? now
        since = began
        guard now - began >= Self.patience, lastQuestion.map({ now - $0 >= Self.interval }) ?? true else {
            return false
        }
        lastQuestion = now
        return true
    }

    /// Takes the answer of the public address.
    ///
    /// - Returns: true where the streams are to be ended now.
    mutating func answered(isReady: Bool) -> Bool {
        readyAnswers = isReady ? readyAnswers + 1 : 0
        guard readyAnswers >= Self.neededAnswers else { return false }
        readyAnswers = 0
        return true
    }
}

/// Tells whether commits become durable at present, by what the looks at the standbys have found.
struct DurabilityOutage: Sendable {
    /// The reason why commits do not become durable.
    enum Reason: String, Sendable {
        case noStandby, standbyBehind, unknown

        /// The reason as operators read it.
        var message: String {
            switch self {
            case .noStandby: "no standby that counts is connected to the primary"
            case .standbyBehind: "the standby does not confirm what the primary has committed"
            case .unknown: "the database does not tell where its standbys are"
            }
        }
    }

    /// The time without a durable commit, or without a standby, after which commands are refused.
    static let patience: Duration = .seconds(2)
    /// The time without a look after which nothing is known. Longer, since the database may be gone, which commands
    /// tell by themselves.
    private static let lookPatience: Duration = .seconds(5)

    private var lastLook: ContinuousClock.Instant
    private var withoutStandbySince: ContinuousClock.Instant?

    init(at now: ContinuousClock.Instant) { lastLook = now }

    mutating func looked(at now: ContinuousClock.Instant, standbys: Int) {
        lastLook = now
        withoutStandbySince = standbys > 0 ? nil : withoutStandbySince ?? now
    }

    /// - Parameter waitsSince: the time of the oldest look that is not durable.
    /// - Returns: nil where commits become durable, or may do so in time.
    func reason(at now: ContinuousClock.Instant, waitsSince: ContinuousClock.Instant?) -> Reason? {
        if now - lastLook > Self.lookPatience { return .unknown }
        if let since = withoutStandbySince, now - since >= Self.patience { return .noStandby }
        if let since = waitsSince, now - since >= Self.patience { return .standbyBehind }
        return nil
    }
}

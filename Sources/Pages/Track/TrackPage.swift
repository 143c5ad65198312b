import OrderLog
import Orders

/// The variables of the template `track`: the customer's page of a tracking link.
struct TrackPage: Sendable {
    let number: String
    let status: String
    /// The time of the last change (RFC 3339).
    let changedAt: String

    init(_ stored: StoredOrder) {
        number = stored.order.number
        status = stored.order.headline.rawValue
        changedAt = stored.recordedAt.rfc3339
    }
}

/// The variables of the template `track-dead`, which has none.
struct DeadTrackPage: Sendable {}

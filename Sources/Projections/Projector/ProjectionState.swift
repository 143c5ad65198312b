package import OrderLog
package import Orders

/// The state of one version of a projection, and its distance from the log's head.
package struct ProjectionState: Sendable {
    package let name: String
    package let version: Int
    /// This version is the served one.
    package let isActive: Bool
    /// The next events could not be folded when the leader last tried.
    package let hasFailed: Bool
    package let position: LogPosition
    /// The number of events that the version does not reflect yet.
    package let lag: Int64
    /// The time for which the oldest of those events has been waiting, in milliseconds; 0 when there is none.
    package let lagMilliseconds: Int64
    package let updatedAt: Timestamp
    /// The replay that builds the version, or has built it and is ending; nil without one.
    package let replay: ReplayState?
}

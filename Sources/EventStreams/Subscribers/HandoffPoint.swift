/// The point at which a lane takes over a stream whose preamble has been sent.
package struct HandoffPoint: Sendable {
    /// The last event that the stream has passed.
    package let cursor: Int64
    /// The number of forks of the log that were known when the cursor was read.
    package let knownForks: Int
    /// The time at which the stream ends by itself; nil for never.
    package let expiry: StreamExpiry?
    /// The rights that the stream needs.
    package let grants: [StreamGrant]

    package init(cursor: Int64, knownForks: Int, expiry: StreamExpiry?, grants: [StreamGrant] = []) {
        self.cursor = cursor
        self.knownForks = knownForks
        self.expiry = expiry
        self.grants = grants
    }
}

/// The point at which a lane takes over a stream whose preamble has been sent.
package struct HandoffPoint: Sendable {
    /// The last event that the stream has passed.
    package let cursor: Int64
    /// The event whose id the client has.
    package let shown: Int64
    /// The number of forks of the log that were known when the cursor was read.
    package let knownForks: Int
    /// The time at which the stream ends by itself; nil for never.
    package let expiry: StreamExpiry?
    /// The rights that the stream needs.
    package let grants: [StreamGrant]
    /// The stream's place among all; nil where places are not counted.
    package let place: StreamPlace?

    /// - Parameter shown: the event whose id the client has; nil for the cursor.
    package init(
        cursor: Int64,
        shown: Int64? = nil,
        knownForks: Int,
        expiry: StreamExpiry?,
        grants: [StreamGrant] = [],
        place: StreamPlace? = nil
    ) {
        self.cursor = cursor
        self.shown = shown ?? cursor
        self.knownForks = knownForks
        self.expiry = expiry
        self.grants = grants
        self.place = place
    }
}

import Synchronization

/// A right by which streams were opened and that can be withdrawn while they are open, such as a tracking link or a
/// session. All streams of one right share one object.
package final class StreamGrant: Sendable {
    private let withdrawn = Atomic(false)

    package init() {}

    /// True once the right no longer holds. Its streams end with `bye` and `tokenExpired`.
    package var isWithdrawn: Bool { withdrawn.load(ordering: .acquiring) }

    /// Withdraws the right. `StreamHub.endWithdrawnStreams` then ends its streams.
    package func withdraw() { withdrawn.store(true, ordering: .releasing) }
}

import Synchronization

/// Counts of a listener's connections and notifications, for metrics.
package final class ListenerCounts: Sendable {
    private let connected = Atomic(false)
    private let connectionCount = Atomic<UInt64>(0)
    private let notificationCount = Atomic<UInt64>(0)

    package init() {}

    /// True while LISTEN is in effect.
    package var isConnected: Bool { connected.load(ordering: .relaxed) }

    /// The connections on which LISTEN took effect.
    package var connections: UInt64 { connectionCount.load(ordering: .relaxed) }

    /// The notifications that came.
    package var notifications: UInt64 { notificationCount.load(ordering: .relaxed) }

    func connectionBegan() {
        connected.store(true, ordering: .relaxed)
        connectionCount.wrappingAdd(1, ordering: .relaxed)
    }

    func connectionEnded() { connected.store(false, ordering: .relaxed) }

    func notificationCame() { notificationCount.wrappingAdd(1, ordering: .relaxed) }
}

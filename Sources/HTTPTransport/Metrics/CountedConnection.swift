import NIOCore
import Synchronization

/// One accepted connection, as the metrics count it.
final class CountedConnection: Sendable {
    private let metrics: ConnectionMetrics
    private let channel: any Channel
    /// The client's address, by which limits count; nil for one without a limit of its own.
    let address: String?
    private let protocolIndex = Atomic(ConnectionMetrics.Carried.undetected.index)
    /// True once the service has a reason of its own to close the connection.
    private let hasReason = Atomic(false)

    /// Counts the connection as open until its channel closes.
    ///
    /// - Parameters:
    ///   - address: the client's address, by which limits count; nil for one without a limit of its own.
    ///   - activity: tells whether the connection was idle at its end.
    ///   - idleTimeout: the time after which an idle connection closes.
    init(
        _ channel: any Channel,
        metrics: ConnectionMetrics,
        address: String? = nil,
        activity: ConnectionActivity,
        idleTimeout: TimeAmount
    ) {
        self.channel = channel
        self.metrics = metrics
        self.address = address
        metrics.add(1, to: .undetected)
        channel.closeFuture.whenComplete { _ in
            self.metrics.add(-1, to: ConnectionMetrics.Carried(self.protocolIndex.load(ordering: .relaxed)))
            guard let waiting = activity.waiting, .now() - waiting >= idleTimeout else { return }
            self.note(.idle)
        }
    }

    /// The protocol of the connection is known now.
    func carries(_ next: ConnectionMetrics.Carried) {
        let last = protocolIndex.exchange(next.index, ordering: .relaxed)
        metrics.add(-1, to: ConnectionMetrics.Carried(last))
        metrics.add(1, to: next)
    }

    /// Counts the reason for which the service closes the connection, once.
    func note(_ reason: ConnectionMetrics.CloseReason) {
        guard !hasReason.exchange(true, ordering: .relaxed) else { return }
        metrics.closed(for: reason)
    }

    /// Closes the connection. May be called on any thread.
    func close(for reason: ConnectionMetrics.CloseReason) {
        note(reason)
        channel.close(promise: nil)
    }
}

import NIOCore

/// One connection's header that has begun and is not complete: takes its bytes from the budget, and closes the
/// connection where the rest does not come in time. Used on the connection's event loop.
final class PendingHeader {
    private let connection: CountedConnection
    private let budget: HeaderBudget
    private let timeout: TimeAmount
    private var taken = 0
    private var timer: Scheduled<Void>?

    /// - Parameter timeout: the longest time from a header's first bytes to its last.
    init(of connection: CountedConnection, budget: HeaderBudget, timeout: TimeAmount) {
        self.connection = connection
        self.budget = budget
        self.timeout = timeout
    }

    /// Notes the bytes that have come so far.
    ///
    /// - Parameters:
    ///   - bytes: 0 where no header is under way.
    ///   - isDue: false where the bytes may belong to no header, whose time does not run then.
    func update(_ bytes: Int, isDue: Bool, on loop: any EventLoop) {
        if bytes != taken {
            taken = bytes
            budget.set(bytes, for: connection, now: loop.now)
        }
        guard isDue, bytes > 0 else { return stopTimer() }
        guard timer == nil else { return }
        timer = loop.assumeIsolated().scheduleTask(in: timeout) { self.connection.close(for: .headerDeadline) }
    }

    /// Gives the bytes back, since the connection ends or the header is complete.
    func end(on loop: any EventLoop) { update(0, isDue: false, on: loop) }

    private func stopTimer() {
        timer?.cancel()
        timer = nil
    }
}

@available(*, unavailable)
extension PendingHeader: Sendable {}

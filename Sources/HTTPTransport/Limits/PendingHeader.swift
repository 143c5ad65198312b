import NIOCore

/// One connection's header that has begun and is not complete: takes its memory from the budget, and closes the
/// connection where the rest does not come in time. Used on the connection's event loop.
final class PendingHeader {
    /// The memory that a field takes beside its bytes: two texts in an array that grows by doubling.
    private static let fieldMemory = 64
    /// The memory that a byte takes in buffers that grow by doubling.
    private static let byteMemory = 2

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

    /// Notes what has come so far.
    ///
    /// - Parameters:
    ///   - bytes: 0 where no header is under way.
    ///   - fields: those that are read already.
    ///   - isDue: false where the bytes may belong to no header, whose time does not run then.
    func update(bytes: Int, fields: Int = 0, isDue: Bool, on loop: any EventLoop) {
        let memory = bytes * Self.byteMemory + fields * Self.fieldMemory
        if memory != taken {
            taken = memory
            budget.set(memory, for: connection, now: loop.now)
        }
        guard isDue, bytes > 0 else { return stopTimer() }
        guard timer == nil else { return }
        timer = loop.assumeIsolated().scheduleTask(in: timeout) { self.connection.close(for: .headerDeadline) }
    }

    /// Gives the memory back, since the connection ends or the header is complete.
    func end(on loop: any EventLoop) { update(bytes: 0, isDue: false, on: loop) }

    private func stopTimer() {
        timer?.cancel()
        timer = nil
    }
}

@available(*, unavailable)
extension PendingHeader: Sendable {}

import NIOCore

/// The progress of a connection's exchanges, from which the deadlines count.
struct ExchangeProgress {
    /// The last time at which bytes came, or the system took bytes.
    private var last: NIODeadline
    /// The parts of responses that the system has not taken yet.
    private var unsentParts = 0
    /// The time at which a connection closes whose last response is sent; nil before.
    private(set) var closeDeadline: NIODeadline?

    init(now: NIODeadline) {
        last = now
    }

    var isUnsent: Bool { unsentParts > 0 }

    mutating func note(now: NIODeadline) { last = now }

    mutating func partWritten(now: NIODeadline) {
        if unsentParts == 0 { last = now }
        unsentParts += 1
    }

    mutating func partSent(now: NIODeadline) {
        unsentParts -= 1
        last = now
    }

    /// Sets the time at which the connection closes. A later call can only make it earlier.
    mutating func close(at deadline: NIODeadline) { closeDeadline = min(closeDeadline ?? deadline, deadline) }

    /// The next time at which something is overdue.
    struct Next: Equatable {
        let deadline: NIODeadline
        /// The reason for which the connection closes then; nil for one that has ended in order, or is idle.
        let reason: ConnectionMetrics.CloseReason?
    }

    /// The next time at which something is overdue; nil where nothing is awaited.
    ///
    /// - Parameters:
    ///   - isRequestComplete: false while the rest of a refused body may come before the connection closes.
    ///   - bodyTimeout: the longest time without bytes of a body; nil where none is awaited.
    ///   - remainderTimeout: the same for the rest of a refused body.
    ///   - responseTimeout: the longest time in which the client takes nothing of a response.
    ///   - idleTimeout: the longest time without a request; nil while one is answered.
    func next(
        isRequestComplete: Bool,
        bodyTimeout: TimeAmount?,
        remainderTimeout: TimeAmount?,
        responseTimeout: TimeAmount,
        idleTimeout: TimeAmount? = nil
    ) -> Next? {
        // Asked for several times a request, so there is no list of them.
        var next = closeDeadline.map { Next(deadline: $0, reason: isRequestComplete ? nil : .bodyDeadline) }
        func add(_ timeout: TimeAmount?, _ reason: ConnectionMetrics.CloseReason?) {
            guard let timeout, next.map({ last + timeout < $0.deadline }) ?? true else { return }
            next = Next(deadline: last + timeout, reason: reason)
        }
        add(bodyTimeout, .bodyDeadline)
        add(remainderTimeout, .bodyDeadline)
        add(isUnsent ? responseTimeout : nil, .responseDeadline)
        // The connection's count sees by itself that the connection was idle.
        add(isUnsent ? nil : idleTimeout, nil)
        return next
    }
}

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

    /// The next time at which something is overdue; nil where nothing is awaited.
    ///
    /// - Parameters:
    ///   - bodyTimeout: the longest time without bytes of a body; nil where none is awaited.
    ///   - remainderTimeout: the same for the rest of a refused body.
    ///   - responseTimeout: the longest time in which the client takes nothing of a response.
    func deadline(
        bodyTimeout: TimeAmount?,
        remainderTimeout: TimeAmount?,
        responseTimeout: TimeAmount
    ) -> NIODeadline? {
        // Asked for several times a request, so nothing is allocated.
        var timeout = isUnsent ? responseTimeout : nil
        if let bodyTimeout { timeout = min(timeout ?? bodyTimeout, bodyTimeout) }
        if let remainderTimeout { timeout = min(timeout ?? remainderTimeout, remainderTimeout) }
        guard let timeout else { return closeDeadline }
        return min(closeDeadline ?? last + timeout, last + timeout)
    }
}

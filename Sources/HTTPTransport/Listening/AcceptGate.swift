import NIOCore

/// Stops and resumes accepting connections on a listening socket for several reasons: it accepts while none of them
/// holds.
final class AcceptGate: Sendable {
    /// The reasons to accept nothing.
    enum Reason {
        /// All places for connections are taken.
        case places
        /// The system has no descriptor or no memory for a connection.
        case scarcity
    }

    private let server: any Channel
    /// The reasons that hold; changed on the socket's event loop.
    private let reasons: NIOLoopBoundBox<Set<Reason>>
    /// Lets others than the socket's channel accept connections, or stops that; nil while the channel does.
    private let setAccepting: NIOLoopBoundBox<(@Sendable (_ accepts: Bool) -> Void)?>

    init(_ server: any Channel) {
        self.server = server
        reasons = .makeBoxSendingValue([], eventLoop: server.eventLoop)
        setAccepting = .makeBoxSendingValue(nil, eventLoop: server.eventLoop)
    }

    /// Leaves accepting to others than the socket's channel. Runs on the channel's event loop.
    ///
    /// - Parameter setAccepting: lets them accept connections, or stops that.
    func leaveAccepting(to setAccepting: @escaping @Sendable (_ accepts: Bool) -> Void) {
        server.setOption(.autoRead, value: false).whenComplete { _ in }
        self.setAccepting.value = setAccepting
        setAccepting(reasons.value.isEmpty)
    }

    /// Ends `leaveAccepting` where the socket is closed. Runs on the channel's event loop.
    func forgetOthers() { setAccepting.value = nil }

    func close(for reason: Reason) { change { $0.insert(reason) } }

    func open(for reason: Reason) { change { $0.remove(reason) } }

    private func change(_ body: @escaping @Sendable (inout Set<Reason>) -> Void) {
        // At once where possible: a socket that cannot accept would try again before a later call.
        guard server.eventLoop.inEventLoop else { return server.eventLoop.execute { self.apply(body) } }
        apply(body)
    }

    private func apply(_ body: (inout Set<Reason>) -> Void) {
        let accepted = reasons.value.isEmpty
        body(&reasons.value)
        guard accepted != reasons.value.isEmpty else { return }
        if let setAccepting = setAccepting.value { return setAccepting(!accepted) }
        // Setting the option fails only on a closed socket, which accepts nothing anyway.
        server.setOption(.autoRead, value: !accepted).whenComplete { _ in }
    }
}

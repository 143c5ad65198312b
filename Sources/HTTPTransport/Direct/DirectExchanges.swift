package import HTTPTypes
package import Logging
package import NIOCore

/// Answers first requests of connections on their sockets, without handlers, where the application wants that: streams,
/// of which thousands open at once. Clear text alone.
package struct DirectExchanges: Sendable {
    private let endpoint: DirectEndpoint
    private let logger: Logger

    /// - Parameters:
    ///   - budget: the descriptors that connections may take.
    ///   - metrics: counts connections.
    ///   - crossOrigins: the pages of other origins that may use the service; nil for none.
    ///   - pathFields: the fields that every response to a request gets because of the request's path.
    ///   - faults: words the responses that the transport gives by itself.
    ///   - responder: tells which requests are answered directly.
    package init(
        budget: DescriptorBudget,
        metrics: ConnectionMetrics,
        crossOrigins: CrossOriginPolicy?,
        pathFields: @escaping @Sendable (HTTPRequest) -> HTTPFields,
        faults: @escaping FaultResponder,
        logger: Logger,
        responder: @escaping DirectResponder
    ) {
        let settings = ExchangeSettings(
            timeouts: ConnectionTimeouts { _ in true },
            crossOrigins: crossOrigins,
            faults: faults,
            pathFields: pathFields
        )
        endpoint = DirectEndpoint(
            responder: responder,
            exchanges: ExchangeFactory(.http1, settings),
            metrics: metrics,
            budget: budget
        )
        self.logger = logger
    }

    /// Begins to accept the connections of a listening socket, and to answer on them.
    ///
    /// - Parameter limiter: watches the socket already.
    package func watch(_ server: any Channel, _ limiter: ConnectionLimiter) async {
        guard let threads = DirectThreads.shared, let gate = limiter.gate else {
            return logger.warning("the threads that open streams cannot start; the event loops open them")
        }
        do {
            let isWatched = try await server.eventLoop.submit { try watch(server, limiter, gate, threads) }.get()
            if !isWatched { logger.warning("no descriptor is left to open streams by; the event loops open them") }
        } catch {
            // The service shuts down before it has begun to accept.
            logger.debug("the listening socket is closed already", metadata: ["error": "\(error)"])
        }
    }

    /// Runs on the event loop of the listening socket's channel.
    private func watch(
        _ server: any Channel,
        _ limiter: ConnectionLimiter,
        _ gate: AcceptGate,
        _ threads: DirectThreads
    ) throws -> Bool {
        let descriptor = try server.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { $0 }
        guard let descriptor else { return false }
        let passOn = try ConnectionEntry.add(to: server)
        let listener = DirectListener(
            duplicating: descriptor,
            endpoint: endpoint,
            threads: threads,
            passOn: passOn
        ) { shortage in
            switch shortage {
            case .places: limiter.pause()
            // As if the channel had failed to accept: `AcceptBackoff` sees it.
            case .system(let error): server.pipeline.fireErrorCaught(IOError(errnoCode: error, reason: "accept"))
            }
        }
        guard let listener else { return false }
        gate.leaveAccepting { listener.setAccepting($0) }
        server.closeFuture.whenComplete { _ in
            listener.close()
            // The listener's descriptor is closed with its last reference.
            gate.forgetOthers()
        }
        return true
    }
}

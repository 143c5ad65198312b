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

    /// Begins to answer on the connections of a listening socket.
    package func watch(_ server: any Channel) async {
        guard let thread = DirectThread.shared else {
            return logger.warning("the thread that opens streams cannot start; the event loops open them")
        }
        do {
            try await DirectAcceptHandler.add(to: server, thread, endpoint)
        } catch {
            // The service shuts down before it has begun to accept.
            logger.debug("the listening socket is closed already", metadata: ["error": "\(error)"])
        }
    }
}

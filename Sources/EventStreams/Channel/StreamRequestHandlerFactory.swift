package import HTTPTransport
package import NIOCore

/// Adds the handler that answers requests for streams to a connection's channel.
package struct StreamRequestHandlerFactory: Sendable {
    private let authorizer: any SubscriptionAuthorizer
    private let hub: StreamHub
    private let loops = StreamLoop.Registry()

    /// - Parameters:
    ///   - authorizer: decides which streams a request may open.
    ///   - hub: serves the streams.
    package init(authorizer: any SubscriptionAuthorizer, hub: StreamHub) {
        self.authorizer = authorizer
        self.hub = hub
    }

    /// Adds the handler as the channel's last one, until Hummingbird's handlers follow it. Runs on the channel's event
    /// loop.
    package func add(to channel: any Channel, on connection: HTTPConnection) throws {
        let handler = StreamRequestHandler(
            on: connection,
            loop: loops.streamLoop(of: channel.eventLoop),
            authorizer: authorizer,
            hub: hub
        )
        try channel.pipeline.syncOperations.addHandler(handler)
    }
}

package import HTTPTransport
package import HTTPTypes
package import NIOCore

/// Adds the handler that answers requests for streams to a connection's channel.
package struct StreamRequestHandlerFactory: HTTP2Responder {
    private let authorizer: any SubscriptionAuthorizer
    private let hub: StreamHub
    private let loops = EventLoopRegistry { StreamLoop(on: $0) }

    /// - Parameters:
    ///   - authorizer: decides which streams a request may open.
    ///   - hub: serves the streams.
    package init(authorizer: any SubscriptionAuthorizer, hub: StreamHub) {
        self.authorizer = authorizer
        self.hub = hub
    }

    /// The direct answer to a request for a stream; nil for all others. A customer's stream may begin with thousands of
    /// snapshots, page by page as the client takes them, so it needs the channel.
    package func directAnswer(to request: HTTPRequest) -> DirectAnswer? {
        guard let authorization = authorizer.authorization(of: request), authorizer.hasShortPreamble(request) else {
            return nil
        }
        let opening = DirectOpening(
            hub: hub,
            authorizer: authorizer,
            authorization: authorization,
            request: request
        )
        return { await opening.run(on: $0) }
    }

    /// Adds the handler as the channel's last one, until Hummingbird's handlers follow it. Runs on the channel's event
    /// loop.
    package func add(to channel: any Channel, on connection: HTTPConnection) throws {
        let handler = StreamRequestHandler(
            on: connection,
            loop: loops.value(of: channel.eventLoop),
            authorizer: authorizer,
            hub: hub
        )
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    // MARK: HTTP/2 without channels

    package func answers(_ request: HTTPRequest) -> Bool { authorizer.authorization(of: request) != nil }

    package func begin(_ request: HTTPRequest, on response: HTTP2Response) -> any HTTP2Answer {
        let responder = HTTP2StreamResponder(
            to: request,
            on: response,
            loop: loops.value(of: response.eventLoop),
            hub: hub
        )
        // `answers` has told that there is one.
        guard let authorization = authorizer.authorization(of: request) else { return responder }
        let opening = StreamOpeningTask(
            handler: NIOLoopBound(responder, eventLoop: response.eventLoop),
            authorizer: authorizer,
            authorization: authorization,
            request: request,
            address: response.address
        )
        responder.loop.openRateLimiter.admit { [executor = response.executor] in opening.start(on: executor) }
        return responder
    }
}

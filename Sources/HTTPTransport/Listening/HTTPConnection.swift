package import NIOCore

/// An HTTP/1.1 connection, or one stream of an HTTP/2 connection, as the application's handlers see it.
package struct HTTPConnection: Sendable {
    /// The protocol that carries the messages.
    package enum Version: Sendable, Equatable {
        case http1(isSecure: Bool)
        case http2
    }

    package let version: Version
    /// The descriptors that connections may take.
    package let budget: DescriptorBudget
    /// Runs tasks on the connection's event loop.
    package let executor: any TaskExecutor
    private let hummingbird: HummingbirdInstaller

    init(
        _ version: Version,
        budget: DescriptorBudget,
        executor: any TaskExecutor,
        hummingbird: HummingbirdInstaller
    ) {
        self.version = version
        self.budget = budget
        self.executor = executor
        self.hummingbird = hummingbird
    }

    /// Adds Hummingbird's handlers as the channel's last ones. Runs on the channel's event loop.
    package func installHummingbird(on channel: any Channel) throws {
        try hummingbird.install(on: channel, isHTTP1: version != .http2)
    }

    /// Tells Hummingbird that no more requests of this connection will reach it.
    package func declineHummingbird() { hummingbird.finish() }

    /// The exchanges of the connection's channel, for a handler that takes requests and gives responses whole. Runs on
    /// the channel's event loop.
    package func exchanges(of channel: any Channel) throws -> any WholeExchanges {
        try channel.pipeline.syncOperations.handler(type: ExchangeHandler.self)
    }

    /// Offers the TLS session of an HTTP/1.1 connection to another owner. Runs on the channel's event loop.
    ///
    /// - Parameters:
    ///   - descriptor: a descriptor of the connection's socket, which the session uses from then on.
    ///   - adopt: takes the session; returns whether it does.
    /// - Returns: true where the session was taken. The channel must be closed at once then.
    package func offerSession(
        of channel: any Channel,
        using descriptor: CInt,
        to adopt: (TLSSession) -> Bool
    ) -> Bool {
        // The handler is there as long as the channel is open.
        guard let handler = try? channel.pipeline.syncOperations.handler(type: TLSHandler.self) else { return false }
        return handler.offer(descriptor, on: channel, to: adopt)
    }

    /// True while the request being answered is HTTP/1.0, whose responses have no chunks. Runs on the channel's event
    /// loop.
    package func isHTTP10(_ channel: any Channel) -> Bool {
        guard case .http1 = version else { return false }
        // The handler is there as long as the channel is open.
        guard let handler = try? channel.pipeline.syncOperations.handler(type: HTTP10ResponseHandler.self) else {
            return true
        }
        return handler.isHTTP10
    }
}

/// Adds an application's handlers to a connection. Runs on the channel's event loop.
package typealias ApplicationInstaller = @Sendable (_ channel: any Channel, _ connection: HTTPConnection) throws -> Void

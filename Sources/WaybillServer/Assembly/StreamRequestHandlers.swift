import NIOCore

/// Makes the handler that stands before the web framework.
struct StreamRequestHandlers: Sendable {
    let opener: SubscriptionAuthorizer
    let loops: StreamLoop.Registry
    let timeouts: ConnectionTimeouts

    /// Adds it as the channel's last handler, until the framework enters.
    func add(
        _ transport: StreamRequestHandler.Transport,
        to channel: any Channel,
        _ framework: HummingbirdInstaller
    ) throws {
        let front = StreamRequestHandler(
            transport,
            loop: loops.of(channel.eventLoop),
            opener: opener,
            framework: framework,
            idleTimeout: timeouts.idle
        )
        try channel.pipeline.syncOperations.addHandler(front)
    }
}

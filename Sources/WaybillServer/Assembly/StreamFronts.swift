import NIOCore

/// Makes the handler that stands before the web framework.
struct StreamFronts: Sendable {
    let opener: StreamOpener
    let loops: StreamLoop.Registry
    let timeouts: ConnectionTimeouts

    /// Adds it as the channel's last handler, until the framework enters.
    func add(
        _ transport: StreamFront.Transport,
        to channel: any Channel,
        _ framework: FrameworkEntrance
    ) throws {
        let front = StreamFront(
            transport,
            loop: loops.of(channel.eventLoop),
            opener: opener,
            framework: framework,
            idleTimeout: timeouts.idle
        )
        try channel.pipeline.syncOperations.addHandler(front)
    }
}

import NIOCore

/// The application's part of one accepted connection: its handlers, and the Hummingbird handlers that may follow them.
struct ConnectionApplication: Sendable {
    let installer: ApplicationInstaller
    let hummingbird: HummingbirdInstaller
    let executor: any TaskExecutor
    let exchanges: ExchangeSettings
    let activity: ConnectionActivity
    let connection: CountedConnection
    let budget: DescriptorBudget

    var timeouts: ConnectionTimeouts { exchanges.timeouts }

    /// The connection's header that is not complete.
    func pendingHeader() -> PendingHeader {
        PendingHeader(of: connection, budget: exchanges.headers, timeout: timeouts.header)
    }

    /// Adds the handler of exchanges, and the application's handlers as the channel's last ones. Runs on the channel's
    /// event loop.
    ///
    /// - Returns: the handler of exchanges.
    @discardableResult
    func install(on channel: any Channel, _ version: HTTPConnection.Version) throws -> ExchangeHandler {
        let now = channel.eventLoop.now
        let handler = ExchangeHandler(version, exchanges, activity: activity, connection: connection, now: now)
        try channel.pipeline.syncOperations.addHandler(handler)
        let connection = HTTPConnection(
            version,
            budget: budget,
            executor: executor,
            hummingbird: hummingbird
        )
        try installer(channel, connection)
        return handler
    }
}

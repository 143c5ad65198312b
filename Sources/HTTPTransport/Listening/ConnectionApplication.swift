import NIOCore

/// The application's part of one accepted connection: its handlers, and the Hummingbird handlers that may follow them.
struct ConnectionApplication: Sendable {
    let installer: ApplicationInstaller
    let hummingbird: HummingbirdInstaller
    let executor: any TaskExecutor
    let timeouts: ConnectionTimeouts

    /// Adds the application's handlers as the channel's last ones. Runs on the channel's event loop.
    func install(on channel: any Channel, _ version: HTTPConnection.Version) throws {
        let connection = HTTPConnection(
            version,
            idleTimeout: timeouts.idle,
            executor: executor,
            hummingbird: hummingbird
        )
        try installer(channel, connection)
    }
}

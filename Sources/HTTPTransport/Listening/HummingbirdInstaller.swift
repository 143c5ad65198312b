import HummingbirdCore
import Logging
import NIOCore

/// Where the web framework comes into channels: when the first request comes that is no stream's. What never needs it costs
/// no async channel and no task.
struct HummingbirdInstaller: Sendable {
    /// Of the connection's messages.
    let source: AsyncStream<HTTPMessages>.Continuation
    let logger: Logger

    /// Adds what the framework reads from and writes to; on the channel's event loop.
    ///
    /// - Parameter idleTimeout: how long an HTTP/1.1 connection may say nothing while no answer is under way; nil for a
    ///   stream of HTTP/2, which ends with its answer.
    func install(_ channel: any Channel, idleTimeout: TimeAmount?) throws {
        if let idleTimeout {
            let timeout = Duration.nanoseconds(idleTimeout.nanoseconds)
            try channel.pipeline.syncOperations.addHandler(
                HTTPConnectionStateHandler(idleTimeout: timeout, logger: logger)
            )
        }
        source.yield(
            try HTTPMessages(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: idleTimeout != nil)
            )
        )
    }

    /// Nothing more will come on this connection.
    func close() { source.finish() }
}

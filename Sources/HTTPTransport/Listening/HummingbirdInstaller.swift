import HummingbirdCore
import Logging
import NIOCore

/// Installs Hummingbird's handlers when the application first leaves a request to Hummingbird. A channel on which that
/// never happens needs no async channel and no task.
struct HummingbirdInstaller: Sendable {
    /// Takes the message channels that Hummingbird answers.
    let messages: AsyncStream<HTTPMessages>.Continuation
    let logger: Logger

    /// Adds the handlers from which Hummingbird reads requests and to which it writes responses. Runs on the channel's
    /// event loop.
    ///
    /// - Parameter idleTimeout: the longest time without a byte from an HTTP/1.1 client while no response is under way;
    ///   nil for an HTTP/2 stream, which ends with its response.
    func install(on channel: any Channel, idleTimeout: TimeAmount?) throws {
        if let idleTimeout {
            let timeout = Duration.nanoseconds(idleTimeout.nanoseconds)
            try channel.pipeline.syncOperations.addHandler(
                HTTPConnectionStateHandler(idleTimeout: timeout, logger: logger)
            )
        }
        messages.yield(
            try HTTPMessages(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: idleTimeout != nil)
            )
        )
    }

    /// Tells Hummingbird that the connection has no further requests for it.
    func finish() { messages.finish() }
}

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
    /// - Parameter isHTTP1: false for an HTTP/2 stream, which ends with its response.
    func install(on channel: any Channel, isHTTP1: Bool) throws {
        if isHTTP1 {
            // Ends the connection when the service does, after the responses. `ExchangeHandler` closes idle ones.
            try channel.pipeline.syncOperations.addHandler(HTTPConnectionStateHandler(logger: logger))
        }
        messages.yield(
            try HTTPMessages(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: isHTTP1)
            )
        )
    }

    /// Tells Hummingbird that the connection has no further requests for it.
    func finish() { messages.finish() }
}

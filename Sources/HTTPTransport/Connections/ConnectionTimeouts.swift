import HTTPTypes
import NIOCore

/// The times after which a connection that does not go on is closed.
struct ConnectionTimeouts: Sendable {
    /// The longest time for a TLS handshake.
    var handshake = TimeAmount.seconds(10)
    /// The longest time from the first bytes of a request's header to its last.
    var header = TimeAmount.seconds(30)
    /// The longest time without a byte from the client while no response is under way.
    var idle = TimeAmount.seconds(75)
    /// The longest time without a byte of a body that the application waits for.
    var requestStall = TimeAmount.seconds(60)
    /// The longest time without a byte of the rest of a refused body.
    var requestRemainderStall = TimeAmount.seconds(5)
    /// The longest time for the rest of a refused body on a connection that ends.
    var refusedBody = TimeAmount.seconds(30)
    /// The time that a client has to close a connection whose last response is sent.
    var peerClose = TimeAmount.seconds(1)
    /// The longest time in which a client takes nothing of a response.
    var responseStall = TimeAmount.seconds(60)
    /// The longest time in which an HTTP/2 client takes nothing of a live response.
    var liveResponseStall = TimeAmount.seconds(30)
    /// The time that an HTTP/2 client has to end its request once the whole response is sent.
    var requestRemainder = TimeAmount.milliseconds(500)
    let isLiveResponse: LiveResponseRule

    init(isLiveResponse: @escaping LiveResponseRule) {
        self.isLiveResponse = isLiveResponse
    }
}

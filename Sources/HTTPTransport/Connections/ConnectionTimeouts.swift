import NIOCore

/// How long connections may keep the service waiting.
struct ConnectionTimeouts: Sendable {
    /// For a TLS handshake to be done.
    var handshake = TimeAmount.seconds(10)
    /// For a connection to say anything while no answer is under way.
    var idle = TimeAmount.seconds(75)
    /// For an HTTP/2 stream's client to take something of an answer, and of a stream of events.
    var untaken = TimeAmount.seconds(60)
    var stalled = TimeAmount.seconds(30)
    /// For an HTTP/2 stream's client to go on with a request that is answered.
    var unread = TimeAmount.milliseconds(500)
}

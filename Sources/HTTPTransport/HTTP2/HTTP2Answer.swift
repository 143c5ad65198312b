package import HTTPTypes

/// The application's answer to one request of HTTP/2 that has no channel. Used on the connection's event loop.
package protocol HTTP2Answer: AnyObject {
    /// The client takes more again, after `HTTP2Response.isWritable` was false.
    func becameWritable()
    /// The stream has ended: by its end, by a reset, or with its connection. Nothing is called after it.
    func closed()
}

/// Answers requests of HTTP/2 without a channel for each. Used on the event loops of connections.
package protocol HTTP2Responder: Sendable {
    /// True for a request that is answered without a channel. Called for each request that has no body.
    func answers(_ request: HTTPRequest) -> Bool
    /// Begins to answer a request.
    func begin(_ request: HTTPRequest, on response: HTTP2Response) -> any HTTP2Answer
}

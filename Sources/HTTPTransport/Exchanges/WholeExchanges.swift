package import HTTPTypes
package import NIOCore

/// The exchanges of a channel, as a handler of the application sees them that takes requests and gives responses whole:
/// each costs one call instead of three parts that pass all handlers between. Used on the channel's event loop.
package protocol WholeExchanges: AnyObject {
    /// The receiver of requests that have come whole; nil for none.
    var receiver: (any WholeRequestReceiver)? { get set }

    /// Writes the response to the request whose turn it is, and flushes.
    func answer(_ answer: TransportAnswer)
}

/// A handler of the application that takes requests which have come whole.
package protocol WholeRequestReceiver: AnyObject {
    /// Tells whether the handler takes a request. `receive(body:)` follows at once where it does; its parts pass the
    /// channel's handlers where it does not.
    func takes(_ request: HTTPRequest) -> Bool

    /// Takes the body of that request; nil for none.
    func receive(body: ByteBuffer?)
}

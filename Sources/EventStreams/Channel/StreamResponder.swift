import HTTPTransport
import NIOCore

/// The response to one request for a stream, as the stream's opening and its lane use it: on a channel, or on a stream
/// of HTTP/2 without one. Used on the connection's event loop.
protocol StreamResponder: AnyObject {
    var loop: StreamLoop { get }
    var hub: StreamHub { get }
    /// True while the stream's request is checked or its preamble is sent.
    var isOpening: Bool { get }

    /// Sends bytes of the preamble, with the response's head before the first of them, and waits until the system has
    /// them.
    ///
    /// - Parameter deadline: the longest wait.
    func deliver(_ bytes: [UInt8], within deadline: TimeAmount) async -> StreamDelivery
    /// Ends the response after the last bytes of its body.
    func finish(_ bytes: [UInt8])
    /// Answers by another status than 200.
    func refuse(_ refusal: SubscriptionRefusal)
    /// Closes the stream, since nothing more can be sent to its client.
    func abandon()

    /// Offers the connection's socket to a lane.
    ///
    /// - Parameter adopt: takes the socket; returns whether it does.
    /// - Returns: true when the lane has the socket. `handedOff()` must follow at once.
    func offerSocket(to adopt: (SubscriberTransport) -> Bool) -> Bool
    /// Closes the channel without an effect on the connection, which belongs to a lane now.
    func handedOff()
    /// Lets a lane serve the stream through the event loop.
    func attach(_ subscriber: ChannelSubscriber)
    /// No lane has taken the stream.
    func detach()

    /// Writes bytes of the lane's stream, without a flush.
    ///
    /// - Parameter isLast: true when the body ends with these bytes.
    func write(_ block: LaneBlock, _ range: Range<Int>, isLast: Bool)
    /// Sends what was written.
    ///
    /// - Returns: true when more may be written at once.
    func flush() -> Bool
    /// Closes the stream, after the body's end if that is being sent.
    func closeStream()
}

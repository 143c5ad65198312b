import HTTPTransport
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Answers a request for a stream on a stream of HTTP/2 that has no channel.
final class HTTP2StreamResponder: StreamResponder, HTTP2Answer {
    let loop: StreamLoop
    let hub: StreamHub
    private let response: HTTP2Response
    private var state = StreamRequestState(.http2)
    /// The stream as its lane knows it, while a lane serves the stream.
    private var subscriber: ChannelSubscriber?

    /// - Parameter request: asks for a stream.
    init(to request: HTTPRequest, on response: HTTP2Response, loop: StreamLoop, hub: StreamHub) {
        self.loop = loop
        self.hub = hub
        self.response = response
        _ = state.received(.head(request), asksForStream: true)
    }

    // MARK: Events

    func becameWritable() { if state.becameWritable() { subscriber?.becameWritable() } }

    func closed() {
        if state.isStreaming { subscriber?.closed() }
        state.finished()
        subscriber = nil
    }

    // MARK: Opening

    var isOpening: Bool { state.isOpening }

    func abandon() { response.close() }

    func deliver(_ bytes: [UInt8], within deadline: TimeAmount) async -> StreamDelivery {
        guard let isFirst = state.bodyWritten() else { return .gone }
        if isFirst { writeHead() }
        let written = response.eventLoop.makePromise(of: Void.self)
        response.write(ByteBuffer(bytes: bytes), isLast: false, promise: written)
        response.flush()
        return await StreamDelivery.outcome(of: written.futureResult, within: deadline)
    }

    private func writeHead() {
        var fields = StreamResponse.fields
        fields[.date] = HTTPDate.now
        response.writeHead(.ok, fields)
    }

    func finish(_ bytes: [UInt8]) {
        guard let isFirst = state.bodyWritten() else { return }
        if isFirst { writeHead() }
        end(with: bytes)
    }

    func refuse(_ refusal: SubscriptionRefusal) {
        guard let isFirst = state.bodyWritten() else { return }
        guard isFirst else { return response.close() }
        response.writeHead(refusal.status, refusal.completeFields)
        end(with: refusal.body)
    }

    private func end(with bytes: [UInt8]) {
        state.finished()
        response.write(ByteBuffer(bytes: bytes), isLast: true, promise: nil)
        response.flush()
    }

    // MARK: Hand-off to a lane

    func offerSocket(to adopt: (SubscriberTransport) -> Bool) -> Bool { false }

    func handedOff() {}

    func attach(_ subscriber: ChannelSubscriber) {
        // The client may have left meanwhile.
        guard state.isOpening else { return subscriber.closed() }
        self.subscriber = subscriber
        state.attached()
    }

    func detach() {
        state.detached()
        subscriber = nil
    }

    func write(_ block: LaneBlock, _ range: Range<Int>, isLast: Bool) {
        guard state.isStreaming, let bytes = loop.buffer(block, range) else { return }
        guard isLast else { return response.write(bytes, isLast: false, promise: nil) }
        let written = response.eventLoop.makePromise(of: Void.self)
        state.endWritten()
        // A write fails where the stream is over.
        written.futureResult.assumeIsolated().whenSuccess {
            if self.state.endSent() { self.closeStream() }
        }
        response.write(bytes, isLast: true, promise: written)
    }

    func flush() -> Bool {
        guard state.isStreaming else { return true }
        response.flush()
        return state.flushed(isWritable: response.isWritable)
    }

    func closeStream() {
        switch state.closeRequested() {
        case .none: break
        case .now: response.close()
        case .afterEnd:
            response.eventLoop.assumeIsolated().scheduleTask(in: StreamRequestHandler.writeDeadline) {
                self.response.close()
            }
        }
    }
}

@available(*, unavailable)
extension HTTP2StreamResponder: Sendable {}

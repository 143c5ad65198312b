import HTTPTransport
import HTTPTypes

/// Opens a stream on its connection's socket: checks the request, sends the preamble, and gives the socket to a lane.
struct DirectOpening: Sendable {
    let hub: StreamHub
    let authorizer: any SubscriptionAuthorizer
    let authorization: SubscriptionAuthorizer.Authorization
    let request: HTTPRequest

    func run(on exchange: DirectExchange) async {
        do {
            switch try await authorization(exchange.address) {
            case .endsAtOnce(let bytes):
                exchange.finish(head(on: exchange) + ChunkedCoding.chunk(bytes) + ChunkedCoding.terminator)
            case .opens(let subscription):
                var sink = DirectPreamble(on: exchange, head: head(on: exchange), hub: hub, view: subscription.view)
                if try await subscription.opening.run(sink: &sink, resumePoint: subscription.resumePoint) {
                    exchange.handedOff()
                } else {
                    exchange.finish(sink.takeUnsent() + ChunkedCoding.terminator)
                }
            }
        } catch is SinkClosed {
            exchange.abandon()
        } catch {
            exchange.finish(answer(authorizer.refusal(for: error, of: request), on: exchange))
        }
    }

    private func head(on exchange: DirectExchange) -> [UInt8] {
        var fields = StreamResponse.fields
        fields[.date] = HTTPDate.now
        return exchange.head(.ok, fields, isChunked: true)
    }

    private func answer(_ refusal: SubscriptionRefusal, on exchange: DirectExchange) -> [UInt8] {
        var fields = refusal.fields
        fields[.date] = HTTPDate.now
        fields[.contentLength] = String(refusal.body.count)
        return exchange.head(refusal.status, fields, isChunked: false) + refusal.body
    }
}

/// Buffers a stream's preamble until a lane takes the stream, and then sends it in one write with the response's head.
/// The lane sends what the system does not take at once.
private struct DirectPreamble: StreamSink {
    private let exchange: DirectExchange
    private let hub: StreamHub
    private let view: StreamView
    /// The bytes that are ready to be sent.
    private var unsent: [UInt8]
    /// The bytes of the body's next chunk.
    private var buffered: [UInt8] = []

    init(on exchange: DirectExchange, head: [UInt8], hub: StreamHub, view: StreamView) {
        self.exchange = exchange
        self.hub = hub
        self.view = view
        unsent = head
    }

    /// Removes the bytes that have not been sent.
    mutating func takeUnsent() -> [UInt8] {
        if !buffered.isEmpty { unsent += ChunkedCoding.chunk(buffered) }
        defer { (unsent, buffered) = ([], []) }
        return unsent
    }

    mutating func send(_ bytes: [UInt8]) async throws { buffered += bytes }

    mutating func handOff(at point: HandoffPoint) async throws -> Bool {
        let bytes = takeUnsent()
        guard let count = exchange.send(bytes) else { throw SinkClosed() }
        unsent = Array(bytes[count...])
        return hub.adopt(.socket(exchange.descriptor), showing: view, at: point, unsent: unsent)
    }
}

package import HTTPTypes
package import NIOCore
import NIOHTTP2

/// The response on one stream of HTTP/2 that has no channel. Used on the connection's event loop.
///
/// Closes the stream when its client takes nothing of the response for too long.
package final class HTTP2Response {
    /// The state that is dropped once a live response has begun.
    private final class Request {
        let exchange: Exchange
        /// The memory that is taken for the request's header.
        let memory: Int

        init(_ exchange: Exchange, memory: Int) {
            self.exchange = exchange
            self.memory = memory
        }
    }

    private let connection: HTTP2DirectHandler
    private let id: HTTP2StreamID
    private var request: Request?
    private var answer: (any HTTP2Answer)?
    private var phase = ConnectionActivity.Phase.waiting
    /// The bytes of the body that are written, and that flow control or the connection still holds back.
    private var unsent = 0
    /// True from the high mark of unsent bytes until the low one.
    private var isFull = false
    private var isConnectionWritable: Bool
    private var isLive = false
    private var hasEnded = false
    private var isResetting = false
    /// True once the client has reset the stream, the response is complete, or the connection is closed.
    private var isClosed = false
    /// Runs while the client is to take something.
    private var timer: Scheduled<Void>?

    /// - Parameter memory: the memory that is taken for the request's header.
    init(
        to exchange: Exchange,
        memory: Int,
        on connection: HTTP2DirectHandler,
        as id: HTTP2StreamID,
        isConnectionWritable: Bool
    ) {
        self.connection = connection
        self.id = id
        self.isConnectionWritable = isConnectionWritable
        request = Request(exchange, memory: memory)
        connection.activity.move(from: &phase, to: .working)
    }

    /// Names the application's answer, which learns of the stream's events from now on.
    func begin(_ answer: any HTTP2Answer) { self.answer = answer }

    // MARK: Facts

    package var eventLoop: any EventLoop { connection.eventLoop }
    /// Runs tasks on the connection's event loop.
    package var executor: any TaskExecutor { connection.executor }
    /// The peer's address without its port.
    package var address: String { connection.address }
    /// True while the client takes what is written.
    package var isWritable: Bool { !isFull && isConnectionWritable }

    // MARK: Writing

    /// Writes the head of the response, without a flush.
    package func writeHead(_ status: HTTPResponse.Status, _ fields: HTTPFields) {
        guard !isClosed, let exchange = request?.exchange else { return }
        let head = HTTPResponse(status: status, headerFields: fields)
        isLive = connection.timeouts.isLiveResponse(head) && !fields.contains(.contentLength)
        let block = exchange.completed(head, closes: false)
        connection.write(.headers(.init(headers: .init(block), endStream: false)), on: id, promise: nil)
        if isLive {
            releaseRequest()
            connection.activity.move(from: &phase, to: .live)
        }
    }

    /// Writes bytes of the body, without a flush.
    ///
    /// - Parameters:
    ///   - isLast: true where the body ends with these bytes.
    ///   - promise: succeeds once the system has the bytes.
    package func write(_ bytes: ByteBuffer, isLast: Bool, promise: EventLoopPromise<Void>?) {
        guard !isClosed, !hasEnded else { return promise?.fail(ChannelError.ioOnClosedChannel) ?? () }
        unsent += bytes.readableBytes
        hasEnded = isLast
        if unsent > HTTP2Limits.highMark { isFull = true }
        if isLast, !isLive { connection.activity.move(from: &phase, to: .waiting) }
        connection.write(.data(.init(data: .byteBuffer(bytes), endStream: isLast)), on: id, promise: promise)
    }

    /// Sends what is written, as far as the client takes it.
    package func flush() {
        connection.flush()
        watch()
    }

    /// Resets the stream, unless it has ended.
    package func close() {
        // Writes that fail with the reset may ask for another.
        guard !isClosed, !isResetting else { return }
        isResetting = true
        connection.write(.rstStream(.cancel), on: id, promise: nil)
        connection.flush()
    }

    // MARK: Events

    /// NIO has passed bytes of the body on to the connection.
    func sent(_ count: Int) {
        unsent -= count
        if timer != nil, !isLive {
            stopTimer()
            watch()
        }
        guard isFull, unsent < HTTP2Limits.lowMark else { return }
        isFull = false
        if isConnectionWritable { writabilityReturned() }
    }

    func connectionWritabilityChanged(to isWritable: Bool) {
        guard isWritable != isConnectionWritable else { return }
        isConnectionWritable = isWritable
        if isWritable, !isFull { writabilityReturned() } else { watch() }
    }

    private func writabilityReturned() {
        if !hasEnded { stopTimer() }
        answer?.becameWritable()
    }

    /// The stream has ended.
    func closed() {
        guard !isClosed else { return }
        isClosed = true
        stopTimer()
        releaseRequest()
        connection.activity.move(from: &phase, to: .waiting)
        answer?.closed()
        answer = nil
    }

    private func releaseRequest() {
        if let request { connection.heads.give(request.memory) }
        request = nil
    }

    // MARK: The deadline

    /// Sees to it that the stream is reset where its client takes nothing for too long.
    private func watch() {
        guard timer == nil, !isClosed, unsent > 0, !isLive || hasEnded || !isWritable else { return }
        let timeouts = connection.timeouts
        let time = isLive ? timeouts.liveResponseStall : timeouts.responseStall
        timer = eventLoop.assumeIsolated().scheduleTask(in: time) {
            self.timer = nil
            self.close()
        }
    }

    private func stopTimer() {
        timer?.cancel()
        timer = nil
    }
}

@available(*, unavailable)
extension HTTP2Response: Sendable {}

import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHPACK
import NIOHTTP2
import Testing

@testable import HTTPTransport

/// The handler without a socket, and without NIO's handler of frames. Time passes only when a test says so.
@Suite struct HTTP2DirectHandlerTests {
    private let channel = EmbeddedChannel()
    private let activity = ConnectionActivity()
    private let handler: HTTP2DirectHandler
    private let responder: Responder

    init() throws {
        responder = Responder(answers: .makeBoxSendingValue([], eventLoop: channel.eventLoop))
        var timeouts = ConnectionTimeouts { $0.headerFields[.contentType] == "live" }
        timeouts.liveResponseStall = .seconds(30)
        timeouts.responseStall = .seconds(60)
        let settings = ExchangeSettings(timeouts: timeouts, crossOrigins: nil) { _ in
            TransportAnswer(status: .badRequest)
        }
        handler = HTTP2DirectHandler(
            on: channel,
            settings,
            activity: activity,
            executor: EventLoopTaskExecutor(channel.eventLoop),
            responder: responder
        )
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    /// The answer to one request, which notes what happens to its stream.
    private final class Answer: HTTP2Answer {
        let request: HTTPRequest
        let response: HTTP2Response
        var timesWritable = 0
        var timesClosed = 0

        init(to request: HTTPRequest, on response: HTTP2Response) {
            self.request = request
            self.response = response
        }

        func becameWritable() { timesWritable += 1 }
        func closed() { timesClosed += 1 }
    }

    /// Answers requests for `/live`.
    private struct Responder: HTTP2Responder {
        let answers: NIOLoopBoundBox<[Answer]>

        func answers(_ request: HTTPRequest) -> Bool { request.path == "/live" }

        func begin(_ request: HTTPRequest, on response: HTTP2Response) -> any HTTP2Answer {
            let answer = Answer(to: request, on: response)
            answers.value.append(answer)
            return answer
        }
    }

    // MARK: Frames of the client

    private static func block(_ path: String = "/live", _ more: [(String, String)] = []) -> HPACKHeaders {
        var block = HPACKHeaders()
        block.add(name: ":method", value: "GET")
        block.add(name: ":scheme", value: "https")
        block.add(name: ":authority", value: "x")
        block.add(name: ":path", value: path)
        for (name, value) in more { block.add(name: name, value: value) }
        return block
    }

    /// - Returns: true where the frame is left to channels.
    private func receive(_ payload: HTTP2Frame.FramePayload, on id: HTTP2StreamID) throws -> Bool {
        try channel.writeInbound(HTTP2Frame(streamID: id, payload: payload))
        return try channel.readInbound(as: HTTP2Frame.self) != nil
    }

    private func receive(_ block: HPACKHeaders, on id: HTTP2StreamID = 1, isWhole: Bool = true) throws -> Bool {
        try receive(.headers(.init(headers: block, endStream: isWhole)), on: id)
    }

    private func begin(on id: HTTP2StreamID = 1) throws -> Answer {
        _ = try receive(Self.block(), on: id)
        return try #require(responder.answers.value.last)
    }

    private func tellEnd(of id: HTTP2StreamID) {
        channel.pipeline.fireUserInboundEventTriggered(StreamClosedEvent(streamID: id, reason: nil))
    }

    // MARK: Frames of the service

    private func sent() throws -> [HTTP2Frame] {
        var frames: [HTTP2Frame] = []
        while let frame = try channel.readOutbound(as: HTTP2Frame.self) { frames.append(frame) }
        return frames
    }

    private func resets() throws -> [HTTP2StreamID] {
        try sent().compactMap { if case .rstStream(.cancel) = $0.payload { $0.streamID } else { nil } }
    }

    private func write(_ count: Int, isLast: Bool = false, to answer: Answer) {
        answer.response.write(ByteBuffer(repeating: 1, count: count), isLast: isLast, promise: nil)
        answer.response.flush()
    }

    private func pass(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }

    // MARK: Requests

    @Test func onlyWholeRequestsOfTheApplicationGetNoChannel() throws {
        #expect(try !receive(Self.block(), on: 1))
        #expect(try receive(Self.block("/other"), on: 3))
        #expect(try receive(Self.block(), on: 5, isWhole: false))
        #expect(try receive(Self.block("/live", [("expect", "100-continue")]), on: 7))
        #expect(responder.answers.value.count == 1)
    }

    /// Blocks that NIO's codec refuses, field by field.
    private static let refused: [String] = [
        ":method GET :path /live :path /live",
        ":method GET accept x :path /live",
        ":method GET :path /live :protocol websocket",
        ":path /live",
        ":method G,T :path /live",
    ]

    @Test(arguments: refused)
    func blocksThatTheCodecRefusesAreLeftToIt(words: String) throws {
        let words = words.split(separator: " ").map(String.init)
        var block = HPACKHeaders()
        for at in stride(from: 0, to: words.count, by: 2) { block.add(name: words[at], value: words[at + 1]) }
        #expect(try receive(block))
        #expect(responder.answers.value.isEmpty)
    }

    @Test func framesOfOtherStreamsPass() throws {
        _ = try begin()
        #expect(try !receive(.windowUpdate(windowSizeIncrement: 1), on: 1))
        #expect(try receive(.windowUpdate(windowSizeIncrement: 1), on: 3))
        #expect(try receive(.priority(.init(exclusive: false, dependency: 3, weight: 1)), on: 1))
        #expect(try receive(.ping(.init(withInteger: 1), ack: true), on: .rootStream))
    }

    @Test func aResponseHasItsIdentifierAndNoConnectionField() throws {
        _ = try receive(Self.block("/live", [("x-request-id", "mine"), ("accept", "a"), ("accept", "b")]))
        let answer = try #require(responder.answers.value.last)
        #expect(answer.request.headerFields[.assignedRequestId] == "mine")
        #expect(answer.request.headerFields[values: .accept] == ["a", "b"])
        answer.response.writeHead(.ok, [.contentType: "live"])
        answer.response.flush()
        guard case .headers(let head) = try sent().first?.payload else {
            Issue.record("no head")
            return
        }
        #expect(head.headers[":status"] == ["200"] && head.headers["x-request-id"] == ["mine"])
        #expect(!head.headers.contains(name: "connection") && !head.endStream)
    }

    @Test func headersOfLiveResponsesTakeNoMemory() throws {
        let long = String(repeating: "x", count: 1 << 20)
        for id in stride(from: HTTP2StreamID(1), to: 201, by: 2) {
            #expect(try !receive(Self.block("/live", [("authorization", long)]), on: id))
            responder.answers.value.last?.response.writeHead(.ok, [.contentType: "live"])
        }
        for id in stride(from: HTTP2StreamID(201), to: 327, by: 2) {
            _ = try receive(Self.block("/live", [("authorization", long)]), on: id)
        }
        #expect(try receive(Self.block("/live", [("authorization", long)]), on: 401))
    }

    // MARK: Writing

    @Test func streamsHoldBackEachByItself() throws {
        let (slow, fast) = (try begin(on: 1), try begin(on: 3))
        for answer in [slow, fast] { answer.response.writeHead(.ok, [.contentType: "live"]) }
        write(HTTP2Limits.highMark + 1, to: slow)
        write(100, to: fast)
        #expect(!slow.response.isWritable && fast.response.isWritable)
        handler.wroteData(HTTP2Limits.lowMark, on: 1)
        #expect(!slow.response.isWritable && slow.timesWritable == 0)
        handler.wroteData(2, on: 1)
        #expect(slow.response.isWritable && slow.timesWritable == 1 && fast.timesWritable == 0)
    }

    @Test func streamsAreFlushedTogether() throws {
        let answers = [try begin(on: 1), try begin(on: 3)]
        for answer in answers {
            answer.response.writeHead(.ok, [.contentType: "live"])
            answer.response.write(ByteBuffer(string: "x"), isLast: false, promise: nil)
        }
        #expect(try sent().isEmpty)
        answers[0].response.flush()
        #expect(try sent().count == 4)
    }

    @Test func theEndOfAStreamIsToldOnce() throws {
        let answer = try begin()
        answer.response.writeHead(.ok, [.contentType: "live"])
        #expect(activity.waiting == nil)
        tellEnd(of: 1)
        tellEnd(of: 1)
        #expect(answer.timesClosed == 1 && activity.waiting != nil)
        let promise = channel.eventLoop.makePromise(of: Void.self)
        answer.response.write(ByteBuffer(string: "x"), isLast: false, promise: promise)
        #expect(throws: ChannelError.self) { try promise.futureResult.wait() }
        answer.response.close()
        #expect(try resets().isEmpty)
    }

    @Test func allStreamsEndWithTheirConnection() throws {
        let answers = [try begin(on: 1), try begin(on: 3)]
        _ = try channel.finish(acceptAlreadyClosed: true)
        #expect(answers.allSatisfy { $0.timesClosed == 1 })
    }

    @Test func theConnectionsWindowIsOpenedAtItsHalf() throws {
        func tell(_ size: Int) throws -> [Int] {
            channel.pipeline.fireUserInboundEventTriggered(
                NIOHTTP2WindowUpdatedEvent(streamID: .rootStream, inboundWindowSize: size, outboundWindowSize: 0)
            )
            return try sent().compactMap { if case .windowUpdate(let count) = $0.payload { count } else { nil } }
        }
        #expect(try tell(HTTP2Limits.connectionWindow / 2 + 1) == [])
        #expect(try tell(65_535) == [HTTP2Limits.connectionWindow - 65_535])
    }

    // MARK: Deadlines

    @Test func aLiveResponseThatIsNotTakenIsReset() throws {
        let (stalled, lively) = (try begin(on: 1), try begin(on: 3))
        for answer in [stalled, lively] {
            answer.response.writeHead(.ok, [.contentType: "live"])
            write(HTTP2Limits.highMark + 1, to: answer)
        }
        pass(.seconds(29))
        handler.wroteData(HTTP2Limits.highMark, on: 3)
        #expect(try resets().isEmpty)
        pass(.seconds(2))
        #expect(try resets() == [1])
    }

    @Test func aBodysEndThatIsNotTakenIsReset() throws {
        let answer = try begin()
        answer.response.writeHead(.ok, [.contentType: "live"])
        write(10, to: answer)
        pass(.seconds(100))
        #expect(try resets().isEmpty)
        write(10, isLast: true, to: answer)
        pass(.seconds(31))
        #expect(try resets() == [1])
    }

    @Test func aWholeResponseIsResetAfterItsLastProgress() throws {
        let answer = try begin()
        answer.response.writeHead(.notFound, [.contentLength: "100"])
        write(100, isLast: true, to: answer)
        pass(.seconds(50))
        handler.wroteData(50, on: 1)
        pass(.seconds(50))
        #expect(try resets().isEmpty)
        pass(.seconds(11))
        #expect(try resets() == [1])
    }
}

@available(*, unavailable)
extension HTTP2DirectHandlerTests: Sendable {}

import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Testing

@testable import HTTPTransport

/// Requests and responses that pass by the decoder and the encoder, beside the same ones that do not.
@Suite struct PlainExchangeTests {
    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        let budget = HeaderBudget(limit: 1 << 20)
        let header = PendingHeader(of: .forTests(channel), budget: budget, timeout: .seconds(30))
        try HTTP1Pipeline.addCoders(to: channel, isSecure: false, header: header)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private func read(_ channel: EmbeddedChannel) throws -> [HTTPRequestPart] {
        var parts: [HTTPRequestPart] = []
        while let part = try channel.readInbound(as: HTTPRequestPart.self) { parts.append(part) }
        return parts
    }

    private func written(_ channel: EmbeddedChannel) throws -> (text: String, writes: Int) {
        var bytes = ByteBuffer()
        var count = 0
        while case .byteBuffer(var part)? = try channel.readOutbound(as: IOData.self) {
            if part.readableBytes > 0 { count += 1 }
            bytes.writeBuffer(&part)
        }
        return (String(buffer: bytes), count)
    }

    private static let requests = [
        "POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nIdempotency-Key: a-1\r\n\r\n{}",
        "POST /v1/orders/1/confirm HTTP/1.1\r\nhost: x:80\r\nAuthorization: Bearer a.b-_c\r\n\r\n",
        "POST /v1/scans?x=1 HTTP/1.1\r\nContent-Type: application/json\r\nHost: x\r\nContent-Length: 007\r\n\r\n{\"a\":1}",
        "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    ]

    @Test(arguments: requests)
    func wholeRequestsReadAsTheDecoderReadsThem(text: String) throws {
        var copy = text
        let plain = copy.withUTF8 { PlainRequest.parsePost(UnsafeRawBufferPointer($0), scheme: "http") }
        #expect(plain != nil)
        let (whole, cut) = (try channel(), try channel())
        try whole.writeInbound(ByteBuffer(string: text))
        try cut.writeInbound(ByteBuffer(string: String(text.prefix(30))))
        try cut.writeInbound(ByteBuffer(string: String(text.dropFirst(30))))
        let parts = try read(whole)
        #expect(try parts == read(cut))
        #expect(parts.last == .end(nil))
    }

    @Test(arguments: [
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n{}", "POST / HTTP/1.1\r\nHost: x\r\n\r\n{}",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n{}",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\n{}",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2, 2\r\n\r\n{}",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n{}",
        "POST / HTTP/1.0\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", "PUT / HTTP/1.1\r\nHost: x\r\n\r\n",
    ])
    func otherRequestsAreLeftToTheDecoder(text: String) {
        var text = text
        let plain = text.withUTF8 { PlainRequest.parsePost(UnsafeRawBufferPointer($0), scheme: "http") }
        #expect(plain == nil)
    }

    @Test func aRequestWithinTheBodyOfAnotherIsNone() throws {
        let channel = try channel()
        let inner = Self.requests[0]
        try channel.writeInbound(
            ByteBuffer(string: "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(inner.utf8.count)\r\n\r\n")
        )
        try channel.writeInbound(ByteBuffer(string: inner))
        let parts = try read(channel)
        #expect(parts.count == 3)
        #expect(parts[1] == .body(ByteBuffer(string: inner)))
    }

    @Test func aRequestBehindPartOfAnotherIsNone() throws {
        let channel = try channel()
        try channel.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: x\r\nX: "))
        // The decoder takes its first line for the field's value, and finds two hosts.
        #expect(throws: HTTPParserError.self) { try channel.writeInbound(ByteBuffer(string: Self.requests[0])) }
        #expect(try !read(channel).contains { if case .head = $0 { true } else { false } })
    }

    /// Its head is written more shortly than most: as many bytes of the next one must not be taken for its own.
    @Test func aRequestBehindPartOfAPipelinedOneIsNone() throws {
        let channel = try channel()
        try channel.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\nHost:x\r\nX:y\r\n\r\nGE"))
        #expect(throws: HTTPParserError.self) { try channel.writeInbound(ByteBuffer(string: Self.requests[0])) }
        #expect(try read(channel).count { if case .head = $0 { true } else { false } } == 1)
    }

    private static let heads = [
        HTTPResponse(status: .ok, headerFields: [.contentLength: "2", .eTag: "\"3\"", .contentType: "text/plain"]),
        HTTPResponse(status: .created, headerFields: [.contentLength: "2", .location: "/v1/orders/1"]),
        HTTPResponse(status: .unprocessableContent, headerFields: [.contentLength: "2", .connection: "close"]),
        HTTPResponse(status: .init(code: 599, reasonPhrase: "Own"), headerFields: [.contentLength: "2"]),
        HTTPResponse(status: .ok, headerFields: [.contentType: "text/plain"]),
        HTTPResponse(status: .noContent),
    ]

    @Test(arguments: heads)
    func responsesAreWrittenAsTheEncoderWritesThem(head: HTTPResponse) throws {
        let encoder = EmbeddedChannel()
        try encoder.pipeline.syncOperations.addHandler(HTTPResponseEncoder())
        try encoder.pipeline.syncOperations.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        let channel = try channel()
        for target in [encoder, channel] {
            try target.writeOutbound(HTTPResponsePart.head(head))
            if head.status != .noContent { try target.writeOutbound(HTTPResponsePart.body(ByteBuffer(string: "{}"))) }
            try target.writeOutbound(HTTPResponsePart.end(nil))
        }
        let (expected, found) = (try written(encoder).text, try written(channel).text)
        #expect(found == expected)
    }

    @Test func headAndBodyAreOneWrite() throws {
        let channel = try channel()
        channel.write(HTTPResponsePart.head(Self.heads[0]), promise: nil)
        channel.write(HTTPResponsePart.body(ByteBuffer(string: "{}")), promise: nil)
        let sent = channel.eventLoop.makePromise(of: Void.self)
        channel.writeAndFlush(HTTPResponsePart.end(nil), promise: sent)
        try sent.futureResult.wait()
        let (text, writes) = try written(channel)
        #expect(text.hasSuffix("\r\n\r\n{}"))
        #expect(writes == 1)
    }

    @Test func aResponseToHTTP10IsLeftToTheEncoder() throws {
        let channel = try channel()
        try channel.writeInbound(ByteBuffer(string: "GET / HTTP/1.0\r\n\r\n"))
        try channel.writeOutbound(HTTPResponsePart.head(Self.heads[4]))
        try channel.writeOutbound(HTTPResponsePart.body(ByteBuffer(string: "{}")))
        #expect(try written(channel).text.contains("connection: close"))
    }

    /// Takes requests whole, and answers them when a test says so.
    private final class Receiver: WholeRequestReceiver {
        var isWilling = true
        var bodies: [String] = []

        func takes(_ request: HTTPRequest) -> Bool { isWilling && request.path != "/other" }
        func receive(body: ByteBuffer?) { bodies.append(body.map { String(buffer: $0) } ?? "") }
    }

    private func exchanges(on channel: EmbeddedChannel, isWhole: Bool) throws -> ExchangeHandler {
        let (requests, responses) = try HTTP1Pipeline.addCoders(
            to: channel,
            isSecure: false,
            header: PendingHeader(of: .forTests(channel), budget: HeaderBudget(limit: 1 << 20), timeout: .seconds(30))
        )
        let settings = ExchangeSettings(timeouts: ConnectionTimeouts { _ in false }, crossOrigins: nil) { _ in
            TransportAnswer(status: .badRequest)
        }
        let exchanges = ExchangeHandler(
            .http1(isSecure: false),
            settings,
            activity: ConnectionActivity(),
            connection: .forTests(channel),
            now: channel.eventLoop.now
        )
        try channel.pipeline.syncOperations.addHandler(exchanges)
        if isWhole { exchanges.bypass(requests, responses) }
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return exchanges
    }

    /// The responses without their date, which is that of the moment.
    private func dateless(_ channel: EmbeddedChannel) throws -> String {
        let lines = try written(channel).text.split(separator: "\r\n", omittingEmptySubsequences: false)
        return lines.filter { !$0.hasPrefix("Date: ") }.joined(separator: "\r\n")
    }

    private static let answers = [
        TransportAnswer(status: .created, fields: [.eTag: "\"1\"", .location: "/v1/orders/1"], body: Array("{}".utf8)),
        TransportAnswer(status: .unprocessableContent, body: Array("{}".utf8), closesConnection: true),
        TransportAnswer(status: .ok, body: Array(repeating: 32, count: 100_000)),
        TransportAnswer(status: .noContent), TransportAnswer(status: .ok),
    ]

    @Test(arguments: answers, ["", "Connection: close\r\n"])
    func wholeAnswersAreTheBytesOfTheirParts(answer: TransportAnswer, field: String) throws {
        let text = "POST /v1/orders HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\r\n\(field)Content-Length: 2\r\n\r\n{}"
        let (whole, parts) = (EmbeddedChannel(), EmbeddedChannel())
        let receiver = Receiver()
        let exchanges = try exchanges(on: whole, isWhole: true)
        exchanges.receiver = receiver
        _ = try self.exchanges(on: parts, isWhole: false)
        for channel in [whole, parts] { try channel.writeInbound(ByteBuffer(string: text)) }
        #expect(receiver.bodies == ["{}"])
        #expect(try read(whole).isEmpty)
        exchanges.answer(answer)
        try parts.writeOutbound(HTTPResponsePart.head(answer.head))
        if !answer.body.isEmpty { try parts.writeOutbound(HTTPResponsePart.body(ByteBuffer(bytes: answer.body))) }
        try parts.writeOutbound(HTTPResponsePart.end(nil))
        let (found, expected) = (try dateless(whole), try dateless(parts))
        #expect(found == expected)
        #expect(found.contains("X-Request-Id: a\r\n"))
    }

    @Test func requestsThatTheReceiverDoesNotTakeComeInParts() throws {
        let channel = EmbeddedChannel()
        let receiver = Receiver()
        let exchanges = try exchanges(on: channel, isWhole: true)
        exchanges.receiver = receiver
        try channel.writeInbound(ByteBuffer(string: Self.requests[0]))
        try channel.writeInbound(ByteBuffer(string: "POST /other HTTP/1.1\r\nHost: x\r\n\r\n"))
        receiver.isWilling = false
        try channel.writeInbound(ByteBuffer(string: Self.requests[2]))
        #expect(receiver.bodies == ["{}"])
        #expect(try read(channel).count == 5)
    }

    @Test func answersKeepTheOrderOfTheirRequests() throws {
        let channel = EmbeddedChannel()
        let receiver = Receiver()
        let exchanges = try exchanges(on: channel, isWhole: true)
        exchanges.receiver = receiver
        for id in ["a", "b"] {
            try channel.writeInbound(
                ByteBuffer(string: "POST / HTTP/1.1\r\nHost: x\r\nX-Request-Id: \(id)\r\n\r\n")
            )
        }
        exchanges.answer(TransportAnswer(status: .ok, body: [49]))
        exchanges.answer(TransportAnswer(status: .created, body: [50]))
        let lines = try written(channel).text.split(separator: "\r\n")
        #expect(lines.first == "HTTP/1.1 200 OK" && lines.last == "2")
        #expect(lines.contains("1HTTP/1.1 201 Created"))
        #expect(lines.filter { $0.hasPrefix("X-Request-Id") } == ["X-Request-Id: a", "X-Request-Id: b"])
    }
}

import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import Testing

@testable import HTTPTransport

/// The handler without a socket. Time passes only when a test says so.
@Suite struct ExchangeHandlerTests {
    private let channel = EmbeddedChannel()
    private let activity = ConnectionActivity()
    private let application = Application()

    init() throws {
        var timeouts = ConnectionTimeouts { $0.headerFields[.contentType] == "live" }
        timeouts.requestStall = .seconds(10)
        timeouts.responseStall = .seconds(20)
        let settings = ExchangeSettings(timeouts: timeouts, crossOrigins: nil) { _ in
            TransportAnswer(status: .badRequest, body: Array("no".utf8), closesConnection: true)
        }
        let now = channel.eventLoop.now
        try channel.pipeline.syncOperations.addHandler(
            ExchangeHandler(
                .http1(isSecure: false),
                settings,
                activity: activity,
                connection: CountedConnection.forTests(channel, activity: activity),
                now: now
            )
        )
        try channel.pipeline.syncOperations.addHandler(application)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    /// Stands for the application, and keeps the errors that it is told.
    private final class Application: ChannelInboundHandler {
        typealias InboundIn = HTTPRequestPart
        var errors: [RequestBodyError] = []

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.fireChannelRead(data) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            if let error = error as? RequestBodyError { errors.append(error) }
        }
    }

    private var errors: [RequestBodyError] { application.errors }

    private func request(_ method: HTTPRequest.Method = .post, _ fields: HTTPFields = [:]) throws {
        let head = HTTPRequest(method: method, scheme: "http", authority: "x", path: "/", headerFields: fields)
        try channel.writeInbound(HTTPRequestPart.head(head))
    }

    private func respond(_ status: HTTPResponse.Status, _ body: String? = nil, _ fields: HTTPFields = [:]) throws {
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: status, headerFields: fields)))
        if let body { try channel.writeOutbound(HTTPResponsePart.body(ByteBuffer(string: body))) }
        try channel.writeOutbound(HTTPResponsePart.end(nil))
    }

    private func sent() throws -> [HTTPResponsePart] {
        var parts: [HTTPResponsePart] = []
        while let part = try channel.readOutbound(as: HTTPResponsePart.self) { parts.append(part) }
        return parts
    }

    private func sentHead() throws -> HTTPResponse? {
        try sent().lazy.compactMap { if case .head(let head) = $0 { head } else { nil } }.first
    }

    private func pass(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }

    @Test func everyResponseHasAnIdentifier() throws {
        let name = HTTPField.Name.requestId
        try request(.get, [name: "mine"])
        try channel.writeInbound(HTTPRequestPart.end(nil))
        try respond(.ok)
        #expect(try sentHead()?.headerFields[name] == "mine")
        try request(.get)
        try channel.writeInbound(HTTPRequestPart.end(nil))
        try respond(.notFound)
        #expect(try sentHead()?.headerFields[name]?.count == 32)
    }

    @Test func theApplicationLearnsTheIdentifier() throws {
        try request(.get, [.assignedRequestId: "forged", .requestId: "mine"])
        guard case .head(let head) = try channel.readInbound(as: HTTPRequestPart.self) else {
            Issue.record("the head did not arrive")
            return
        }
        #expect(head.headerFields[values: .assignedRequestId] == ["mine"])
    }

    @Test func aBodyThatComesSlowlyIsReceived() throws {
        try request()
        channel.pipeline.triggerUserOutboundEvent(RequestBodyWanted(), promise: nil)
        for _ in 0..<5 {
            channel.read()
            pass(.seconds(9))
            try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "x")))
        }
        #expect(channel.isActive)
        #expect(errors.isEmpty)
    }

    @Test func aBodyThatDoesNotComeOnIsGivenUp() throws {
        try request(.post, [.transferEncoding: "chunked"])
        channel.pipeline.triggerUserOutboundEvent(RequestBodyWanted(), promise: nil)
        channel.read()
        pass(.seconds(11))
        #expect(errors == [.stalled])
        try respond(.requestTimeout)
        #expect(try sentHead()?.headerFields[.connection] == "close")
        pass(.seconds(31))
        #expect(!channel.isActive)
    }

    @Test func aConnectionWithoutRequestsIsClosed() throws {
        channel.read()
        pass(.seconds(74))
        try request(.get)
        try channel.writeInbound(HTTPRequestPart.end(nil))
        pass(.seconds(600))
        #expect(channel.isActive)
        try respond(.ok)
        pass(.seconds(74))
        #expect(channel.isActive)
        pass(.seconds(2))
        #expect(!channel.isActive)
    }

    @Test func theServiceMayTakeItsTimeForABody() throws {
        try request()
        channel.pipeline.triggerUserOutboundEvent(RequestBodyWanted(), promise: nil)
        try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "x")))
        pass(.seconds(100))
        #expect(channel.isActive)
        #expect(errors.isEmpty)
    }

    @Test func theRestOfARefusedBodyHasAFewSeconds() throws {
        try request(.post, [.contentLength: "100"])
        try respond(.unauthorized)
        channel.read()
        pass(.seconds(4))
        try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "x")))
        pass(.seconds(4))
        #expect(channel.isActive)
        pass(.seconds(2))
        #expect(!channel.isActive)
    }

    @Test func aHEADResponseLosesItsBodyAlone() throws {
        try request(.head)
        try channel.writeInbound(HTTPRequestPart.end(nil))
        try respond(.notFound, "body", [.contentLength: "4"])
        let parts = try sent()
        #expect(parts.count == 2)
        guard case .head(let head) = parts.first else { return }
        #expect(head.headerFields[.contentLength] == "4")
    }

    @Test func aLongBodyIsWrittenInSlices() throws {
        try request(.get)
        try channel.writeInbound(HTTPRequestPart.end(nil))
        let long = String(repeating: "x", count: 200_000)
        try respond(.ok, long)
        let bodies = try sent().compactMap { if case .body(let bytes) = $0 { bytes } else { nil } }
        #expect(bodies.count > 3)
        #expect(bodies.map { String(buffer: $0) }.joined() == long)
    }

    @Test func brokenBytesAreAnsweredAndEndTheConnection() throws {
        channel.pipeline.fireErrorCaught(HTTPParserError.invalidMethod)
        let head = try sentHead()
        #expect(head?.status == .badRequest)
        #expect(head?.headerFields[.connection] == "close")
        pass(.seconds(2))
        #expect(!channel.isActive)
        #expect(errors.isEmpty)
    }

    @Test func theTransportsOwnAnswerHasTheFieldsOfEveryAnswer() throws {
        let head = HTTPRequest(method: .options, scheme: "http", authority: "x", path: "*")
        try channel.writeInbound(HTTPRequestPart.head(head))
        let answer = try sentHead()
        #expect(answer?.headerFields[.date]?.hasSuffix(" GMT") == true)
        #expect(answer?.headerFields[.requestId]?.count == 32)
    }

    @Test func aFinalStatusComesAtOnceInsteadOfContinue() throws {
        try request(.post, [.expect: "100-continue", .contentLength: "2", .userAgent: "Java-http-client/21"])
        try respond(.unauthorized, "no")
        #expect(try sentHead()?.status == .unauthorized)
    }

    @Test func oldJavaGetsContinueBeforeARefusal() throws {
        try request(.post, [.expect: "100-continue", .contentLength: "2", .userAgent: "Java-http-client/17.0.15"])
        try respond(.unauthorized, "no")
        let heads = try sent().compactMap { if case .head(let head) = $0 { head } else { nil } }
        #expect(heads.map(\.status) == [.continue, .unauthorized])
        // The client sends its short body now, and the connection goes on.
        #expect(heads.last?.headerFields[.connection] == nil)
        try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "{}")))
        try channel.writeInbound(HTTPRequestPart.end(nil))
        #expect(channel.isActive)
    }

    @Test func aConnectionGoesOnAfterTheTransportsOwnAnswer() throws {
        for _ in 0..<2 {
            let head = HTTPRequest(method: .options, scheme: "http", authority: "x", path: "*")
            try channel.writeInbound(HTTPRequestPart.head(head))
            try channel.writeInbound(HTTPRequestPart.end(nil))
            let answer = try sentHead()
            #expect(answer?.status == .noContent)
            #expect(answer?.headerFields[.connection] == nil)
        }
    }

    @Test func theClientsTurnIsKnown() throws {
        #expect(activity.waiting != nil)
        try request(.get)
        try channel.writeInbound(HTTPRequestPart.end(nil))
        #expect(activity.waiting == nil)
        try respond(.ok)
        #expect(activity.waiting != nil)
        try request(.get)
        try channel.writeInbound(HTTPRequestPart.end(nil))
        let live = HTTPResponse(status: .ok, headerFields: [.contentType: "live"])
        try channel.writeOutbound(HTTPResponsePart.head(live))
        #expect(activity.waiting == nil)
    }
}

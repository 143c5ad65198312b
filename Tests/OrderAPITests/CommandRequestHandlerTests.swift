import Access
import Foundation
import HTTPTransport
import HTTPTypes
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import OrderLog
import Postgres
import Telemetry
import Testing

@testable import OrderAPI

/// The handler without a database: the appender does not run, so that commands stay in its queue.
@Suite struct CommandRequestHandlerTests {
    private static let path = "/v1/orders/0190a2b4-7c3d-7e8f-9a0b-1c2d3e4f5a6b/note"

    private let appender: Appender
    private let responder: CommandResponder
    private let tokens: [Role: String]
    private let unknownToken: String

    init() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "waybill-\(UUID().uuidString)").path
        let key = try DevelopmentKey.loadOrCreate(in: directory)
        try FileManager.default.removeItem(atPath: directory)
        let (now, logger) = (Date().timeIntervalSince1970, Logger(label: "test"))
        let keys = try await KeySource(.development(key), now: now, logger: logger)
        let (registry, metrics) = (EpochRegistry(), MetricsRegistry())
        let database = PostgresConfiguration(host: "127.0.0.1", port: 1, database: "none", user: "nobody")
        let pool = LogReader.makePool(configuration: database, registry: registry, logger: logger)
        let clients = ClientResolver(proxies: TrustedProxies(), servesTLS: false)
        let verifier = TokenVerifier(keys: keys)
        appender = Appender(configuration: database, registry: registry, logger: logger)
        responder = CommandResponder(
            authorizer: Authorizer(
                verifier: verifier,
                addresses: RateLimiter(TokenBuckets(burst: 1, perSecond: 1)),
                callers: RateLimiter(TokenBuckets(burst: 1, perSecond: 1)),
                refusals: DelayedRefusals(),
                clients: clients,
                metrics: nil,
                sessions: Sessions(
                    store: SessionStore(pool: pool),
                    publicURL: PublicURL(port: 8080) { "http://127.0.0.1:\($0)" },
                    clients: clients
                ),
                clock: WallClock()
            ),
            appender: appender,
            submissions: SubmissionFactory(clock: WallClock()),
            metrics: try RequestMetrics(metrics)
        )
        func token(_ role: Role, _ subject: String) async throws -> String {
            try await key.sign(role: role, shops: ShopScope(text: "aurora"), subject: subject, ttl: 600, now: now)
        }
        var tokens: [Role: String] = [:]
        for role in [Role.backend, .staff, .customer, .operator] {
            let token = try await token(role, "known")
            _ = try await verifier.verify(token, now: now)
            tokens[role] = token
        }
        self.tokens = tokens
        unknownToken = try await token(.backend, "unknown")
    }

    /// Writes the answers to a channel in parts.
    private final class Exchanges: WholeExchanges {
        weak var receiver: (any WholeRequestReceiver)?
        private let channel: EmbeddedChannel

        init(_ channel: EmbeddedChannel) {
            self.channel = channel
        }

        func answer(_ answer: TransportAnswer) {
            channel.write(HTTPResponsePart.head(answer.head), promise: nil)
            channel.write(HTTPResponsePart.body(ByteBuffer(bytes: answer.body)), promise: nil)
            channel.writeAndFlush(HTTPResponsePart.end(nil), promise: nil)
        }
    }

    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        let loop = channel.eventLoop
        let mailbox = ReceiptMailbox { loop.execute($0) }
        let exchanges = Exchanges(channel)
        let handler = CommandRequestHandler(responder, mailbox: mailbox, exchanges: exchanges, isHTTP2: false)
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private func head(_ path: String = path, token: String?, _ fields: HTTPFields = [:]) -> HTTPRequestPart {
        var fields = fields
        fields[.contentType] = "application/json"
        fields[.authorization] = token.map { "Bearer \($0)" }
        return .head(HTTPRequest(method: .post, scheme: "http", authority: "x", path: path, headerFields: fields))
    }

    private static func body(_ text: String) -> HTTPRequestPart { .body(ByteBuffer(string: text)) }
    private static let note = body(#"{"text":"x","visibility":"staff"}"#)

    /// The parts that the framework gets.
    private func passed(_ channel: EmbeddedChannel) throws -> [HTTPRequestPart] {
        var parts: [HTTPRequestPart] = []
        while let part = try channel.readInbound(as: HTTPRequestPart.self) { parts.append(part) }
        return parts
    }

    @Test(arguments: [Role.backend, .staff])
    func commandOfAKnownCallerIsQueued(role: Role) throws {
        let channel = try channel()
        for part in [head(token: tokens[role]), Self.note, .end(nil)] { try channel.writeInbound(part) }
        #expect(appender.backlogs.singles == 1)
        // Later requests wait for its answer.
        for part in [head("/healthz", token: nil), .end(nil)] { try channel.writeInbound(part) }
        #expect(try passed(channel).isEmpty)
    }

    @Test func bodyThatIsRefusedIsAnsweredAtOnce() throws {
        let channel = try channel()
        let refused = Self.body(#"{"text":1,"visibility":"staff"}"#)
        for part in [head(token: tokens[.backend]), refused, .end(nil)] { try channel.writeInbound(part) }
        guard case .head(let response) = try channel.readOutbound(as: HTTPResponsePart.self) else {
            Issue.record("there is no response")
            return
        }
        #expect(response.status.code == 422)
        #expect(response.headerFields[.commandId] != nil)
        #expect(appender.backlogs.singles == 0)
        for part in [head("/healthz", token: nil), .end(nil)] { try channel.writeInbound(part) }
        #expect(try passed(channel).count == 2)
    }

    @Test func otherRequestsAreForTheFramework() throws {
        let backend = tokens[.backend]
        let requests = [
            head(token: unknownToken), head(token: nil), head(token: tokens[.customer]), head(token: tokens[.operator]),
            head(token: backend, [.expect: "100-continue"]), head(token: backend, [.contentEncoding: "gzip"]),
            head(token: backend, [.contentLength: "300000"]), head(token: backend, [.ifMatch: "x"]),
            head("/v1/orders/x/note", token: backend), head("/v1/orders", token: tokens[.staff]),
        ]
        for request in requests {
            let channel = try channel()
            for part in [request, Self.note, .end(nil)] { try channel.writeInbound(part) }
            #expect(try passed(channel) == [request, Self.note, .end(nil)])
        }
        #expect(appender.backlogs.singles == 0)
    }

    @Test func bodyThatBreaksIsHandedToTheFramework() throws {
        let channel = try channel()
        let request = head(token: tokens[.backend])
        try channel.writeInbound(request)
        try channel.writeInbound(Self.note)
        channel.pipeline.fireErrorCaught(RequestBodyError.broken)
        #expect(throws: RequestBodyError.broken) { try channel.throwIfErrorCaught() }
        #expect(try passed(channel) == [request, Self.note])
        try channel.writeInbound(HTTPRequestPart.end(nil))
        #expect(try passed(channel) == [.end(nil)])
    }

    @Test func bodyThatIsTooLongIsHandedToTheFramework() throws {
        let channel = try channel()
        let piece = HTTPRequestPart.body(ByteBuffer(repeating: 32, count: 100_000))
        for part in [head(token: tokens[.backend])] + Array(repeating: piece, count: 3) {
            try channel.writeInbound(part)
        }
        let bytes = try passed(channel).reduce(0) { sum, part in
            if case .body(let bytes) = part { sum + bytes.readableBytes } else { sum }
        }
        #expect(bytes == 300_000)
    }

    @Test func clientThatTakesNoAnswersIsNotRead() throws {
        let channel = try channel()
        let reads = ReadCounter()
        try channel.pipeline.syncOperations.addHandler(reads, position: .first)
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        channel.read()
        #expect(reads.count == 0)
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(reads.count == 1)
    }

    private final class ReadCounter: ChannelOutboundHandler {
        typealias OutboundIn = HTTPResponsePart
        var count = 0

        func read(context: ChannelHandlerContext) {
            count += 1
            context.read()
        }
    }
}

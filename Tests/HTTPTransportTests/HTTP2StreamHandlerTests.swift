import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import NIOHTTPTypesHTTP2
import Testing

@testable import HTTPTransport

@Suite struct HTTP2StreamHandlerTests {
    private let heads = MemoryBudget(limit: 1000)

    /// Keeps the events that leave the channel.
    private final class Outbound: ChannelOutboundHandler {
        typealias OutboundIn = HTTPResponsePart
        var resets = 0

        func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
            if event is NIOHTTP2FramePayloadToHTTPEvent { resets += 1 }
            promise?.succeed()
        }
    }

    private func stream() throws -> (channel: EmbeddedChannel, outbound: Outbound) {
        let (channel, outbound) = (EmbeddedChannel(), Outbound())
        let timeouts = ConnectionTimeouts { $0.headerFields[.contentType] == "live" }
        try channel.pipeline.syncOperations.addHandler(outbound)
        try channel.pipeline.syncOperations.addHandler(HTTP2StreamHandler(timeouts, heads: heads))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return (channel, outbound)
    }

    private func request(on channel: EmbeddedChannel) throws -> Bool {
        let fields: HTTPFields = [.authorization: String(repeating: "x", count: 536)]
        let head = HTTPRequest(method: .get, scheme: "https", authority: "x", path: "/", headerFields: fields)
        try channel.writeInbound(HTTPRequestPart.head(head))
        return try channel.readInbound(as: HTTPRequestPart.self) != nil
    }

    @Test func headersBeyondTheirMemoryAreRefused() throws {
        let (first, second) = (try stream(), try stream())
        #expect(try request(on: first.channel))
        #expect(try !request(on: second.channel))
        #expect(first.outbound.resets == 0 && second.outbound.resets == 1)
        _ = try first.channel.finish()
        #expect(try request(on: stream().channel))
    }

    @Test func aLiveResponseGivesItsHeaderBack() throws {
        let (first, second) = (try stream(), try stream())
        #expect(try request(on: first.channel))
        let live = HTTPResponse(status: .ok, headerFields: [.contentType: "live"])
        try first.channel.writeOutbound(HTTPResponsePart.head(live))
        #expect(try request(on: second.channel))
    }
}

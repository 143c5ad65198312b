import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import HTTPTransport

@Suite struct UpgradeHandlerTests {
    private let next = "GET /next HTTP/1.1\r\nHost: x\r\n\r\n"

    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let limits = NIOHTTPDecoderLimitConfiguration()
        let decoder = UpgradeHandler.decoder(limits)
        try channel.pipeline.syncOperations.addHandler(decoder)
        try channel.pipeline.syncOperations.addHandler(UpgradeHandler(after: decoder, limits: limits))
        return channel
    }

    private func paths(of channel: EmbeddedChannel) throws -> [String] {
        channel.embeddedEventLoop.run()
        var paths: [String] = []
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
            if case .head(let head) = part { paths.append(head.uri) }
        }
        return paths
    }

    @Test(
        arguments: [
            "Upgrade, HTTP2-Settings", "upgrade", "keep-alive, UPGRADE", "keep-alive", "close,\tupgrade ", ", upgrade,",
            "upgraded", "HTTP2-Settings , upgrade", "x-upgrade",
        ]
    )
    func requestsAfterAnUpgradeAreRead(options: String) throws {
        let channel = try channel()
        let first =
            "POST /first HTTP/1.1\r\nHost: x\r\nConnection: \(options)\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nab"
        // The second request comes partly with the first, and partly later.
        try channel.writeInbound(ByteBuffer(string: first + next + "GET /la"))
        #expect(try paths(of: channel) == ["/first", "/next"])
        try channel.writeInbound(ByteBuffer(string: "ter HTTP/1.1\r\nHost: x\r\n\r\n" + first))
        #expect(try paths(of: channel) == ["/later", "/first"])
        try channel.writeInbound(ByteBuffer(string: next))
        #expect(try paths(of: channel) == ["/next"])
        _ = try? channel.finish()
    }

    @Test(arguments: ["", "Host: x\r\nHost: x\r\n", "Host: a b\r\n", "Host: x/y\r\n", "Host: x@y\r\n"])
    func aRequestThatDoesNotNameOneHostIsRefused(fields: String) throws {
        let channel = try channel()
        let request = "GET / HTTP/1.1\r\n\(fields)\r\n"
        #expect(throws: HTTPParserError.invalidHeaderToken) { try channel.writeInbound(ByteBuffer(string: request)) }
        #expect(try paths(of: channel).isEmpty)
        _ = try? channel.finish()
    }

    @Test(arguments: [("1.0", ""), ("1.1", "Host:\r\n"), ("1.1", "Host: [::1]:80\r\n"), ("1.0", "Host: x\r\n")])
    func aRequestThatNamesOneHostIsRead(version: String, fields: String) throws {
        let channel = try channel()
        try channel.writeInbound(ByteBuffer(string: "GET / HTTP/\(version)\r\n\(fields)\r\n"))
        #expect(try paths(of: channel) == ["/"])
        _ = try? channel.finish()
    }

    @Test(arguments: ["upgrade;x", "\"upgrade\"", "a b, upgrade"])
    func optionsThatAreNoListAreRefusedWithAnUpgrade(options: String) throws {
        let channel = try channel()
        let request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: \(options)\r\nUpgrade: h2c\r\n\r\n"
        #expect(throws: HTTPParserError.invalidHeaderToken) { try channel.writeInbound(ByteBuffer(string: request)) }
        #expect(try paths(of: channel).isEmpty)
        _ = try? channel.finish()
    }
}

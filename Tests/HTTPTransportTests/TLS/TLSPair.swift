import Foundation
import NIOCore
import NIOEmbedded
import NIOSSL
import TestSupport

@testable import HTTPTransport

/// The handler of an accepted connection, and NIOSSL's client at its other end. Bytes move when the test says so.
struct TLSPair {
    let server = EmbeddedChannel()
    let client = EmbeddedChannel()
    let session: TLSSession
    let handler: TLSHandler
    let seen = Seen()

    /// Keeps what the handler passes on.
    final class Seen: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        var text = ""
        var errors: [any Error] = []
        var isInputClosed = false

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { text += String(buffer: unwrapInboundIn(data)) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { errors.append(error) }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event as? ChannelEvent == .inputClosed { isInputClosed = true }
        }
    }

    /// Runs `body` with a pair whose handshake has not begun.
    static func with(
        _ change: (inout TLSConfiguration) -> Void = { _ in },
        _ body: (TLSPair) throws -> Void
    ) async throws {
        try await TestCertificate.with { certificate in
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.trustRoots = .file(certificate.path)
            configuration.applicationProtocols = ["http/1.1"]
            change(&configuration)
            let files = CertificateFiles(certificate: certificate.path, key: certificate.key)
            let context = try files.load(now: Date().timeIntervalSince1970).context
            let pair = try TLSPair(context.makeSession())
            let client = try NIOSSLClientHandler(
                context: NIOSSLContext(configuration: configuration),
                serverHostname: "localhost"
            )
            try pair.client.pipeline.syncOperations.addHandler(client)
            pair.client.connect(to: try SocketAddress(unixDomainSocketPath: "/peer"), promise: nil)
            try body(pair)
        }
    }

    private init(_ session: TLSSession) throws {
        self.session = session
        handler = TLSHandler(session)
        server.allowRemoteHalfClosure = true
        try server.pipeline.syncOperations.addHandler(handler)
        try server.pipeline.syncOperations.addHandler(seen)
        server.connect(to: try SocketAddress(unixDomainSocketPath: "/peer"), promise: nil)
    }

    /// Moves bytes until neither end has any for the other.
    ///
    /// - Returns: the number of bytes for the client.
    @discardableResult func move() throws -> Int {
        var count = 0
        while true {
            let (toServer, toClient) = (
                try client.readOutbound(as: ByteBuffer.self), try server.readOutbound(as: ByteBuffer.self)
            )
            guard toServer != nil || toClient != nil else { return count }
            if let toServer, server.isActive { try server.writeInbound(toServer) }
            if let toClient {
                count += toClient.readableBytes
                if client.isActive { try client.writeInbound(toClient) }
            }
        }
    }

    /// The content that the client has read since the last call.
    func clientText() throws -> String {
        var text = ""
        while let bytes = try client.readInbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
        return text
    }

    func serverWrites(_ text: String) -> EventLoopFuture<Void> { server.writeAndFlush(ByteBuffer(string: text)) }
    func clientWrites(_ text: String) { client.writeAndFlush(ByteBuffer(string: text), promise: nil) }
}

@available(*, unavailable)
extension TLSPair.Seen: Sendable {}

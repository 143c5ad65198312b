import NIOCore
import NIOHTTP1

/// Ignores requests to change the protocol of a connection, as a server may (RFC 9110, section 7.8): Java's HttpClient
/// sends `Upgrade: h2c` with each first request.
///
/// The parser of NIO stops after such a request, and would keep all further bytes. A new one takes its place.
final class UpgradeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias Decoder = ByteToMessageHandler<HTTPRequestDecoder>

    private let limits: NIOHTTPDecoderLimitConfiguration
    private var decoder: Decoder
    private let meter: HeadMeter?
    private var stopsDecoder = false

    /// - Parameters:
    ///   - decoder: the decoder before this handler. It forwards the bytes that it has not read.
    ///   - meter: learns of the parts of requests.
    init(after decoder: Decoder, limits: NIOHTTPDecoderLimitConfiguration, meter: HeadMeter? = nil) {
        self.decoder = decoder
        self.meter = meter
        self.limits = limits
    }

    /// A decoder that forwards the bytes that it has not read.
    static func decoder(_ limits: NIOHTTPDecoderLimitConfiguration) -> Decoder {
        ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        meter?.decoded(part)
        switch part {
        case .head(let head):
            guard head.hasProperHost else { return context.fireErrorCaught(HTTPParserError.invalidHeaderToken) }
            switch Self.verdict(on: head) {
            case .goesOn: stopsDecoder = false
            case .stops: stopsDecoder = true
            case .isMalformed: return context.fireErrorCaught(HTTPParserError.invalidHeaderToken)
            }
            context.fireChannelRead(data)
        case .body: context.fireChannelRead(data)
        case .end:
            context.fireChannelRead(data)
            // The decoder is in its own call now.
            if stopsDecoder { context.eventLoop.assumeIsolated().execute { self.replaceDecoder(context) } }
        }
    }

    private func replaceDecoder(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        let pipeline = context.pipeline.syncOperations
        let fresh = Self.decoder(limits)
        do {
            try pipeline.addHandler(fresh, position: .after(decoder))
            // The old decoder forwards its bytes as it leaves.
            let removal = context.eventLoop.makePromise(of: Void.self)
            removal.futureResult.assumeIsolated().whenComplete { _ in context.fireChannelReadComplete() }
            pipeline.removeHandler(decoder, promise: removal)
            decoder = fresh
        } catch {
            context.close(promise: nil)
        }
    }

    private enum Verdict { case goesOn, stops, isMalformed }

    /// Tells whether the parser stops after a request. A list of options that the parser might read otherwise than this
    /// is refused.
    private static func verdict(on head: HTTPRequestHead) -> Verdict {
        // The transport answers CONNECT and ends the connection.
        guard head.method != .CONNECT else { return .goesOn }
        let upgrades = head.headers["upgrade"]
        guard !upgrades.isEmpty else { return .goesOn }
        var options: [String] = []
        for value in head.headers["connection"] {
            guard let tokens = ConnectionTokens.list(value) else { return .isMalformed }
            options += tokens
        }
        guard options.contains("upgrade") else { return .goesOn }
        return upgrades.contains { $0.isEmpty } ? .isMalformed : .stops
    }
}

@available(*, unavailable)
extension UpgradeHandler: Sendable {}

import Foundation
import HTTPTypes
import Logging
import NIOCore
import NIOPosix
import Synchronization
import TestSupport

@testable import HTTPTransport

/// A listening socket whose requests for `/direct` are answered on their sockets, and whose other connections get a
/// greeting from the event loops.
struct DirectBench: Sendable {
    let port: Int
    let server: any Channel
    let gate: AcceptGate
    /// The number of connections that the event loops got.
    let greeted: Count

    final class Count: Sendable {
        private let value = Atomic(0)
        var now: Int { value.load(ordering: .relaxed) }
        func increment() { value.wrappingAdd(1, ordering: .relaxed) }
    }

    private final class Greeter: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        func channelActive(context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "hello ")), promise: nil)
        }

        /// Sends the bytes back.
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(wrapOutboundOut(unwrapInboundIn(data)), promise: nil)
        }
    }

    static func with(
        descriptors: Int = 20_000,
        answer: @escaping DirectAnswer = { $0.finish(Array("direct".utf8)) },
        _ body: (DirectBench) async throws -> Void
    ) async throws {
        let greeted = Count()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                greeted.increment()
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Greeter())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        defer { server.close(promise: nil) }
        let (metrics, budget) = (ConnectionMetrics(), DescriptorBudget(limit: descriptors))
        let logger = Logger(label: "direct") { _ in SwiftLogNoOpLogHandler() }
        let limiter = ConnectionLimiter(budget: budget, metrics: metrics, logger: logger)
        await limiter.watch(server)
        let direct = DirectExchanges(
            budget: budget,
            metrics: metrics,
            crossOrigins: nil,
            pathFields: { _ in [:] },
            faults: { _ in TransportAnswer(status: .badRequest) },
            logger: logger
        ) { $0.path == "/direct" ? answer : nil }
        await direct.watch(server, limiter)
        guard let port = server.localAddress?.port, let gate = limiter.gate else { throw POSIXError(.EBADF) }
        try await body(DirectBench(port: port, server: server, gate: gate, greeted: greeted))
    }

    /// A client, which reads only when the test says so.
    final class Client {
        private let descriptor: Int32
        private(set) var text = ""
        private(set) var isOver = false

        /// - Throws: where nobody listens.
        init(_ port: Int) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            // The end of the client closes the descriptor, also of one that throws here.
            guard result == 0 else { throw POSIXError(.ECONNREFUSED) }
        }

        deinit { close(descriptor) }

        func send(_ text: String) { _ = Foundation.send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL)) }

        /// Reads until the text has come.
        func receives(_ expected: String, within limit: Duration = .seconds(30)) async throws -> Bool {
            var buffer = [UInt8](repeating: 0, count: 4096)
            return try await eventually(within: limit) {
                while !isOver {
                    let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                    guard count > 0 else {
                        isOver = count == 0 || errno != EAGAIN
                        break
                    }
                    text += String(decoding: buffer[..<count], as: UTF8.self)
                }
                return text == expected
            }
        }
    }
}

import NIOCore
import NIOPosix
import Redis
import Synchronization

/// A server on loopback that gives each command the answer of a script.
final class ScriptedServer: Sendable {
    /// Returns the answer to a command as it came; nil to stay silent.
    typealias Script = @Sendable (_ command: String) -> String?

    /// The answer to a login.
    static let greeting = "%3\r\n+version\r\n+7.0.0\r\n+mode\r\n+standalone\r\n+role\r\n+master\r\n"

    private final class Count: Sendable {
        let value = Atomic(0)
    }

    private let listener: any Channel
    private let accepted = Count()

    private init(_ script: @escaping Script) async throws {
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { [accepted] channel in
                channel.eventLoop.makeCompletedFuture {
                    accepted.value.wrappingAdd(1, ordering: .relaxed)
                    try channel.pipeline.syncOperations.addHandler(Answers(script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    /// The connections that were accepted.
    var connections: Int { accepted.value.load(ordering: .relaxed) }

    var configuration: RedisConfiguration {
        RedisConfiguration(hosts: [RedisHost("127.0.0.1", port: listener.localAddress?.port ?? 0)])
    }

    /// Runs `body` with a server that follows a script.
    static func with<R>(_ script: @escaping Script, _ body: (ScriptedServer) async throws -> R) async throws -> R {
        let server = try await ScriptedServer(script)
        let result: Result<R, any Error>
        do {
            result = .success(try await body(server))
        } catch {
            result = .failure(error)
        }
        try await server.listener.close()
        return try result.get()
    }

    private final class Answers: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let script: Script

        init(_ script: @escaping Script) {
            self.script = script
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard let answer = script(String(buffer: unwrapInboundIn(data))) else { return }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        }
    }
}

import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// A server channel whose connections are handled on their event loop's own thread.
struct LoopBoundChannel<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        base.setup(channel: channel, logger: logger)
    }

    func handle(value: Base.Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopTaskExecutor(value.channel.eventLoop)) {
            await base.handle(value: value, logger: logger)
        }
    }
}

/// A server whose connections begin on an event loop's thread as well, until `LoopBoundChannel` takes each to its own.
struct LoopBoundService: Service {
    private let base: any Service

    init(_ base: some Service) { self.base = base }

    func run() async throws {
        try await withTaskExecutorPreference(EventLoopTaskExecutor(MultiThreadedEventLoopGroup.singleton.next())) {
            try await base.run()
        }
    }
}

extension HTTPServerBuilder {
    /// HTTP/1.1, each connection handled on its event loop's thread.
    ///
    /// - Parameter idleTimeout: how long a connection may say nothing while no answer is under way.
    static func loopBoundHTTP1(idleTimeout: Duration) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            LoopBoundChannel(
                base: HTTP1Channel(
                    responder: responder,
                    configuration: .init(
                        additionalChannelHandlers: [OldClientHandler.Installer()],
                        idleTimeout: .init(idleTimeout)
                    )
                )
            )
        }
    }
}

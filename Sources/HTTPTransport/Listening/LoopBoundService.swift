import NIOCore
import NIOPosix
package import ServiceLifecycle

/// Runs a server on the thread of an event loop. A new connection starts there, until `ServingChannel` moves it to the
/// thread of its own loop.
package struct LoopBoundService: Service {
    private let base: any Service

    package init(_ base: some Service) { self.base = base }

    package func run() async throws {
        try await withTaskExecutorPreference(EventLoopTaskExecutor(MultiThreadedEventLoopGroup.singleton.next())) {
            try await base.run()
        }
    }
}

import NIOCore
import NIOPosix
package import ServiceLifecycle

/// A server whose connections begin on an event loop's thread as well, until `ServingChannel` takes each to its own.
package struct LoopBoundService: Service {
    private let base: any Service

    package init(_ base: some Service) { self.base = base }

    package func run() async throws {
        try await withTaskExecutorPreference(EventLoopTaskExecutor(MultiThreadedEventLoopGroup.singleton.next())) {
            try await base.run()
        }
    }
}

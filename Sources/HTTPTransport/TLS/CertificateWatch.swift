import ServiceLifecycle
import UnixSignals

/// Looks every few seconds, and at once on SIGHUP, whether the certificate's files have changed.
package struct CertificateWatch: Service {
    private let certificates: CertificateStore
    private let interval: Duration

    package init(_ certificates: CertificateStore, every interval: Duration = .seconds(3)) {
        self.certificates = certificates
        self.interval = interval
    }

    package func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    while !Task.isCancelled {
                        certificates.refresh()
                        // Cancelled: the loop's condition sees it.
                        try? await Task.sleep(for: interval)
                    }
                }
                group.addTask {
                    for await _ in signals { certificates.refresh() }
                }
            }
        }
    }
}

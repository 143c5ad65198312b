import ServiceLifecycle
import UnixSignals

/// Reloads the certificate when its files change. Looks at the files every few seconds, and at once on SIGHUP.
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
                        certificates.reloadIfChanged()
                        // A cancelled sleep ends the loop by its condition.
                        try? await Task.sleep(for: interval)
                    }
                }
                group.addTask {
                    for await _ in signals { certificates.reloadIfChanged() }
                }
            }
        }
    }
}

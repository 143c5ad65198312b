import Foundation
package import Logging
import NIOSSL
import Synchronization
package import Telemetry

/// The certificate that new connections get, made anew when its files change. Connections keep the one they have.
package final class CertificateStore: Sendable {
    private struct State {
        var pair: CertificateFiles.Pair
        /// The files as they were when they were last looked at, whether they were of use or not.
        var stamps: CertificateFiles.Stamps
    }

    private let files: CertificateFiles
    private let logger: Logger
    private let state: Mutex<State>
    private let reloads = CertificateReloads()

    /// Reads the files for the first time.
    ///
    /// - Throws: `CertificateError` or `FileError` where they are of no use.
    package init(_ files: CertificateFiles, logger: Logger) throws {
        self.files = files
        self.logger = logger
        // Looked at before they are read: what is written meanwhile is seen as a change.
        let stamps = files.stamps
        state = Mutex(State(pair: try files.load(now: Date().timeIntervalSince1970), stamps: stamps))
    }

    package func register(in registry: MetricsRegistry) throws(MetricsError) {
        try reloads.register(in: registry) { self.expiresAt }
    }

    /// For one new connection.
    var context: NIOSSLContext { state.withLock { $0.pair.context } }

    /// Seconds since 1970.
    var expiresAt: Double { state.withLock { $0.pair.expiresAt } }

    /// Reads the files again if they have changed. Two files cannot be replaced at once, so a pair that does not fit, like
    /// any that is of no use, leaves the old one in its place until they change again.
    func refresh() {
        let stamps = files.stamps
        guard state.withLock({ $0.stamps != stamps }) else { return }
        do {
            let pair = try files.load(now: Date().timeIntervalSince1970)
            state.withLock { $0 = State(pair: pair, stamps: stamps) }
            reloads.loaded.increment()
            logger.info(
                "new connections get a new certificate",
                metadata: ["expires": "\(Date(timeIntervalSince1970: pair.expiresAt).formatted(.iso8601))"]
            )
        } catch {
            state.withLock { $0.stamps = stamps }
            reloads.refused.increment()
            logger.warning(
                "certificate reload failed; keeping the current certificate",
                metadata: ["error": "\(error)"]
            )
        }
    }
}

import Foundation
package import Logging
import Synchronization
package import Telemetry

/// The certificate of new connections, loaded again when its files change. Open connections keep the certificate with
/// which they began.
package final class CertificateStore: Sendable {
    private struct State {
        var pair: CertificateFiles.Pair
        /// The stamps of the files at the last look, valid files or not.
        var stamps: CertificateFiles.Stamps
    }

    private let files: CertificateFiles
    private let logger: Logger
    private let state: Mutex<State>
    private let reloads = CertificateReloads()

    /// Reads the files for the first time.
    ///
    /// - Throws: `CertificateError` or `FileError` where the files are invalid or cannot be read.
    package init(_ files: CertificateFiles, logger: Logger) throws {
        self.files = files
        self.logger = logger
        // The stamps are taken before the files are read, so a write in between shows up as a change.
        let stamps = files.stamps
        state = Mutex(State(pair: try files.load(now: Date().timeIntervalSince1970), stamps: stamps))
    }

    package func register(in registry: MetricsRegistry) throws(MetricsError) {
        try reloads.register(in: registry) { self.expiresAt }
    }

    /// The TLS context for one new connection.
    var context: TLSContext { state.withLock { $0.pair.context } }

    /// The time at which the current certificate expires, in seconds since 1970.
    package var expiresAt: Double { state.withLock { $0.pair.expiresAt } }

    /// Loads the files again if they have changed. Keeps the current certificate while the new files are invalid, until
    /// they change again: two files cannot be replaced at once, so a pair that does not match is common for a moment.
    func reloadIfChanged() {
        let stamps = files.stamps
        guard state.withLock({ $0.stamps != stamps }) else { return }
        do {
            let pair = try files.load(now: Date().timeIntervalSince1970)
            state.withLock { $0 = State(pair: pair, stamps: stamps) }
            reloads.loaded.increment()
            logger.info(
                "certificate reloaded; new connections use it",
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

package import FoundationEssentials
package import Logging
import Primitives
import Synchronization

/// The source of the keys that verify tokens: a development key, a file or a URL. It keeps the keys current.
///
/// A file is read again when its stamp changed, which is checked once a second. A URL is fetched again in the
/// background every `refreshInterval`, so that a withdrawn key goes, and when a token names an unknown key, at most
/// once in `minimumInterval`. When a later read fails, the last good set stays, and the log says so; it verifies no
/// token any more once its last good read is `maximumAge` ago. A URL that cannot be fetched at the start leaves the
/// service without keys until it can.
package final class KeySource: Sendable {
    /// Fetches a URL's body. The function has its own deadline over head and body, and its own bound on the size (at
    /// most 1 MiB is used).
    package typealias Fetch = @Sendable (URL) async throws -> [UInt8]

    /// The place from which the keys are read.
    package enum Origin: Sendable {
        case development(DevelopmentKey)
        case jwksFile(String)
        case jwksURL(URL, fetch: Fetch)
    }

    struct Snapshot: Sendable {
        let keys: KeySet
        /// The number of the set. It rises with each change, so that tokens verified with an older set are verified
        /// anew.
        let generation: Int
    }

    private struct State {
        /// Nil until a first read succeeds.
        var snapshot: Snapshot?
        var stamp: PrivateFile.Stamp?
        var failureCount = 0
        /// The times, in seconds since 1970, of the last good read, the last attempt, and the last attempt for a token
        /// of an unknown key.
        var lastSuccess: Double
        var lastAttempt: Double
        var lastRequest: Double
        var loading: Task<Void, Never>?
    }

    private struct Loaded {
        let keys: KeySet
        let stamp: PrivateFile.Stamp?
    }

    /// The `iss` that a token must have, compared byte by byte; nil for any.
    package let issuer: String?
    /// True for a key that anybody who reads the data directory can sign with, which is for development alone.
    package var isDevelopment: Bool { if case .development = origin { true } else { false } }
    private let origin: Origin
    private let minimumInterval: Double
    private let refreshInterval: Double
    private let maximumAge: Double
    private let logger: Logger
    private let state: Mutex<State>

    /// Reads the keys for the first time.
    /// - Parameters:
    ///   - issuer: the `iss` that tokens must have; nil for any.
    ///   - now: seconds since 1970.
    ///   - minimumInterval: seconds between two fetches of a URL for tokens of unknown keys.
    ///   - refreshInterval: seconds after which a URL is fetched again unasked.
    ///   - maximumAge: seconds since the last good read after which the keys verify nothing.
    /// - Throws: `KeyError` where a file or the development key holds nothing usable. A URL that cannot be fetched is
    ///   fetched again later.
    package init(
        _ origin: Origin,
        issuer: String? = nil,
        now: Double,
        minimumInterval: Double = 10,
        refreshInterval: Double = 30,
        maximumAge: Double = 86_400,
        logger: Logger
    ) async throws(KeyError) {
        self.origin = origin
        self.issuer = issuer
        self.minimumInterval = minimumInterval
        self.refreshInterval = refreshInterval
        self.maximumAge = maximumAge
        self.logger = logger
        var first = State(lastSuccess: now, lastAttempt: now, lastRequest: -.infinity)
        do {
            let loaded = try await Self.load(origin)
            first.snapshot = Snapshot(keys: loaded.keys, generation: 0)
            first.stamp = loaded.stamp
        } catch {
            guard case .jwksURL = origin else { throw error }
            first.failureCount = 1
            logger.warning(
                "the token keys cannot be fetched; requests with tokens are answered 503 until they can be",
                metadata: ["error": "\(error)"]
            )
        }
        self.state = Mutex(first)
    }

    /// Reads the keys again when that is due, until the task is cancelled: a withdrawn key goes also while no requests
    /// come.
    package func keepCurrent() async {
        while !Task.isCancelled {
            _ = await current(now: Date().timeIntervalSince1970)
            do {
                try await Task.sleep(for: .seconds(1))
            } catch {
                return
            }
        }
    }

    /// Tells whether tokens can be verified: the keys have been read, and their last good read is not too long ago.
    package func isUsable(now: Double) -> Bool {
        state.withLock { usable($0, now: now) != nil }
    }

    /// Tells whether the keys that verify tokens hold this one, under any `kid`. A key that was withdrawn is no longer
    /// held within a minute.
    package func contains(_ key: KeyThumbprint, now: Double) -> Bool {
        state.withLock { usable($0, now: now)?.keys.contains(key) ?? false }
    }

    /// The number of changes of the keys so far: while it stays the same, `contains` answers the same for keys that are
    /// not too old.
    package var generation: Int { state.withLock { $0.snapshot?.generation ?? -1 } }

    /// The keys as of `now`, seconds since 1970; nil where no token can be verified.
    func current(now: Double) async -> Snapshot? {
        switch origin {
        case .development: break
        case .jwksFile(let path):
            let stamp = state.withLock { state -> PrivateFile.Stamp?? in
                guard Self.isDue(since: state.lastAttempt, now: now, interval: 1) else { return nil }
                state.lastAttempt = now
                return .some(state.stamp)
            }
            if let stamp {
                let seen = PrivateFile.stamp(path)
                // The failure may have been the process's own lack of something: the same file is tried again.
                if seen != stamp || state.withLock({ $0.failureCount > 0 }) {
                    await startLoad(now: now, seen: seen).value
                } else {
                    // A file that is as it was is as good as read again.
                    state.withLock { $0.lastSuccess = now }
                }
            }
        case .jwksURL:
            // No caller waits for this fetch: the old set still serves.
            state.withLock { state in
                guard state.loading == nil,
                    Self.isDue(since: state.lastAttempt, now: now, interval: pause(state.failureCount))
                else { return }
                begin(&state, now: now)
            }
        }
        return state.withLock { usable($0, now: now) }
    }

    /// The keys after one more read, for a token that names a key that `current(now:)` does not have. Callers that come
    /// during a fetch wait for that fetch.
    func afterUnknownKey(now: Double) async -> Snapshot? {
        await startRequestedLoad(now: now)?.value
        return state.withLock { usable($0, now: now) }
    }

    /// Starts one more read without waiting for it.
    func requestLoad(now: Double) { _ = startRequestedLoad(now: now) }

    private func startRequestedLoad(now: Double) -> Task<Void, Never>? {
        state.withLock { state in
            if let loading = state.loading { return loading }
            guard case .jwksURL = origin,
                Self.isDue(since: state.lastRequest, now: now, interval: minimumInterval)
            else { return nil }
            state.lastRequest = now
            return begin(&state, now: now)
        }
    }

    private func startLoad(now: Double, seen: PrivateFile.Stamp?) -> Task<Void, Never> {
        state.withLock { state in
            if let loading = state.loading { return loading }
            state.stamp = seen
            return begin(&state, now: now)
        }
    }

    @discardableResult
    private func begin(_ state: inout State, now: Double) -> Task<Void, Never> {
        state.lastAttempt = now
        let task = Task { await self.reload(now: now) }
        state.loading = task
        return task
    }

    private func reload(now: Double) async {
        let result: Result<Loaded, KeyError>
        do throws(KeyError) {
            result = .success(try await Self.load(origin))
        } catch {
            result = .failure(error)
        }
        let isNew = state.withLock { state in
            state.loading = nil
            guard case .success(let loaded) = result else {
                state.failureCount += 1
                // One line for each failure that is new, not one for every attempt of a long outage.
                return state.failureCount == 1 || state.failureCount % 120 == 0
            }
            state.stamp = loaded.stamp ?? state.stamp
            state.lastSuccess = now
            let isRecovery = state.failureCount > 0
            state.failureCount = 0
            if let snapshot = state.snapshot, snapshot.keys.isSame(as: loaded.keys) { return isRecovery }
            state.snapshot = Snapshot(keys: loaded.keys, generation: (state.snapshot?.generation ?? -1) + 1)
            return true
        }
        guard isNew else { return }
        switch result {
        case .success(let loaded):
            logger.info("token keys reloaded", metadata: ["keys": "\(loaded.keys.entries.count)"])
        case .failure(let error):
            logger.warning(
                "token key reload failed; the last keys that were read stay in use, a day at most",
                metadata: ["error": "\(error)"]
            )
        }
    }

    private func usable(_ state: State, now: Double) -> Snapshot? {
        if case .development = origin { return state.snapshot }
        return now - state.lastSuccess < maximumAge ? state.snapshot : nil
    }

    /// The seconds from one attempt to fetch a URL to the next: soon after a failure, then ever later, up to
    /// `refreshInterval`.
    private func pause(_ failureCount: Int) -> Double {
        failureCount == 0 ? refreshInterval : min(refreshInterval, Double(1 << min(failureCount, 10)))
    }

    private static func load(_ origin: Origin) async throws(KeyError) -> Loaded {
        switch origin {
        case .development(let key):
            do {
                return Loaded(keys: try await key.keySet(), stamp: nil)
            } catch {
                throw KeyError(source: DevelopmentKey.fileName, reason: "\(error)")
            }
        case .jwksFile(let path):
            let contents = try KeyError.wrap { () throws(FileError) in
                try PrivateFile.read(path, limit: KeySet.maximumJWKSBytes)
            }
            guard let file = contents else {
                throw KeyError(source: path, reason: "there is no such file")
            }
            return Loaded(keys: try await .jwks(file.bytes, source: path), stamp: file.stamp)
        case .jwksURL(let url, let fetch):
            let bytes: [UInt8]
            do {
                bytes = try await fetch(url)
            } catch {
                throw KeyError(source: url.absoluteString, reason: "cannot be fetched: \(error)")
            }
            return Loaded(keys: try await .jwks(bytes, source: url.absoluteString), stamp: nil)
        }
    }

    /// Tells whether an interval has passed. A clock that went back makes everything due.
    private static func isDue(since last: Double, now: Double, interval: Double) -> Bool {
        now < last || now - last >= interval
    }
}

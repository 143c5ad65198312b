package import FoundationEssentials
package import Logging
import Primitives
import Synchronization

/// The source of the keys that verify tokens: a development key, a file or a URL. It keeps the keys current.
///
/// A file is read again when its stamp changed, which is checked once a second. A URL is fetched again when a token
/// names an unknown key, at most once in `minimumInterval`, and in the background once the set is older than
/// `maximumAge`, so that a withdrawn key goes. When a later read fails, the last good set stays, and the log says so.
package final class KeySource: Sendable {
    /// Fetches a URL's body. The function has its own deadline, and its own bound on the size (at most 1 MiB is used).
    package typealias Fetch = @Sendable (URL) async throws -> [UInt8]

    /// The place from which the keys are read.
    package enum Origin: Sendable {
        case development(DevelopmentKey)
        case jwksFile(String)
        case jwksURL(URL, fetch: Fetch)
    }

    struct Snapshot: Sendable {
        let keys: KeySet
        /// The number of the set. It rises with each replacement, so that tokens verified with an older set are
        /// verified anew.
        let generation: Int
    }

    private struct State {
        var snapshot: Snapshot
        var stamp: PrivateFile.Stamp?
        var lastLoad: Double
        var lastAttempt: Double
        var loading: Task<Void, Never>?
    }

    private struct Loaded {
        let keys: KeySet
        let stamp: PrivateFile.Stamp?
    }

    private let origin: Origin
    private let minimumInterval: Double
    private let maximumAge: Double
    private let logger: Logger
    private let state: Mutex<State>

    /// Reads the keys for the first time.
    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - minimumInterval: seconds between two fetches of a URL.
    ///   - maximumAge: seconds after which a URL is fetched again unasked.
    /// - Throws: `KeyError` where there is nothing to read or nothing usable in it.
    package init(
        _ origin: Origin,
        now: Double,
        minimumInterval: Double = 30,
        maximumAge: Double = 600,
        logger: Logger
    ) async throws(KeyError) {
        let loaded = try await Self.load(origin)
        self.origin = origin
        self.minimumInterval = minimumInterval
        self.maximumAge = maximumAge
        self.logger = logger
        self.state = Mutex(
            State(
                snapshot: Snapshot(keys: loaded.keys, generation: 0),
                stamp: loaded.stamp,
                lastLoad: now,
                lastAttempt: now
            )
        )
    }

    /// The keys as of `now`, seconds since 1970.
    func current(now: Double) async -> Snapshot {
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
                if seen != stamp { await startLoad(now: now, seen: seen).value }
            }
        case .jwksURL:
            let stale = state.withLock { Self.isDue(since: $0.lastLoad, now: now, interval: maximumAge) }
            // No caller waits for this fetch: the old set still serves.
            if stale { _ = startFetch(now: now) }
        }
        return state.withLock { $0.snapshot }
    }

    /// The keys after one more read, for a token that names a key that `current(now:)` does not have. Callers that come
    /// during a fetch wait for that fetch.
    func afterUnknownKey(now: Double) async -> Snapshot {
        switch origin {
        case .development: break
        case .jwksFile: await state.withLock { $0.loading }?.value
        case .jwksURL: await startFetch(now: now)?.value
        }
        return state.withLock { $0.snapshot }
    }

    private func startFetch(now: Double) -> Task<Void, Never>? {
        state.withLock { state in
            if let loading = state.loading { return loading }
            guard Self.isDue(since: state.lastAttempt, now: now, interval: minimumInterval) else { return nil }
            state.lastAttempt = now
            return begin(&state, now: now)
        }
    }

    private func startLoad(now: Double, seen: PrivateFile.Stamp?) -> Task<Void, Never> {
        state.withLock { state in
            if let loading = state.loading { return loading }
            // The stamp is set before the read: a broken file is reported once, and read again when it changes.
            state.stamp = seen
            return begin(&state, now: now)
        }
    }

    private func begin(_ state: inout State, now: Double) -> Task<Void, Never> {
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
        state.withLock { state in
            state.loading = nil
            guard case .success(let loaded) = result else { return }
            state.snapshot = Snapshot(keys: loaded.keys, generation: state.snapshot.generation + 1)
            state.stamp = loaded.stamp
            state.lastLoad = now
        }
        switch result {
        case .success(let loaded):
            logger.info("token keys reloaded", metadata: ["keys": "\(loaded.keys.entries.count)"])
        case .failure(let error):
            logger.warning("token key reload failed; keeping the current keys", metadata: ["error": "\(error)"])
        }
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

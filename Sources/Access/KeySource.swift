package import FoundationEssentials
package import Logging
import Primitives
import Synchronization

/// Where the keys come from that verify tokens, and how they stay current.
///
/// A file is looked at again once a second, if its stamp changed. A URL is fetched again when a token names an unknown
/// key, at most every `minimumInterval`, and in the background once the set is older than `maximumAge`, so that a
/// withdrawn key goes. Whatever fails later, the last good set stays, and the log says so.
package final class KeySource: Sendable {
    /// Fetches a URL's body. It brings its own deadline, and its own bound on the size (1 MiB is the most that is used).
    package typealias Fetch = @Sendable (URL) async throws -> [UInt8]

    /// What the keys are read from.
    package enum Origin: Sendable {
        case development(DevelopmentKey)
        case jwksFile(String)
        case jwksURL(URL, fetch: Fetch)
    }

    struct Snapshot: Sendable {
        let keys: KeySet
        /// Rises with every set that replaces another, so that nothing verified with the older one is trusted further.
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
                guard Self.isDue(state.lastAttempt, now, 1) else { return nil }
                state.lastAttempt = now
                return .some(state.stamp)
            }
            if let stamp {
                let seen = PrivateFile.stamp(path)
                if seen != stamp { await startLoad(now: now, seen: seen).value }
            }
        case .jwksURL:
            let stale = state.withLock { Self.isDue($0.lastLoad, now, maximumAge) }
            // Nobody waits for this one: the old set still serves.
            if stale { _ = startFetch(now: now) }
        }
        return state.withLock { $0.snapshot }
    }

    /// The keys after one more look, because a token named a key that `current(now:)` does not have. Callers that come
    /// while a fetch is under way wait for that one.
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
            guard Self.isDue(state.lastAttempt, now, minimumInterval) else { return nil }
            state.lastAttempt = now
            return begin(&state, now: now)
        }
    }

    private func startLoad(now: Double, seen: PrivateFile.Stamp?) -> Task<Void, Never> {
        state.withLock { state in
            if let loading = state.loading { return loading }
            // Noted before it is read: a broken file is reported once, and read again when it changes.
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
            logger.info("token keys read again", metadata: ["keys": "\(loaded.keys.entries.count)"])
        case .failure(let error):
            logger.warning("token keys not read again, the last ones stay", metadata: ["error": "\(error)"])
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
                try PrivateFile.read(path, limit: KeySet.longestJWKS)
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

    /// A clock that went back makes everything due, not nothing.
    private static func isDue(_ last: Double, _ now: Double, _ interval: Double) -> Bool {
        now < last || now - last >= interval
    }
}

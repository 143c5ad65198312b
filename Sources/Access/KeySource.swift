import FoundationEssentials
package import Logging
import Primitives
import Synchronization

/// The source of the keys that verify tokens: a development key, a file or a URL. It keeps the keys current.
///
/// A file is read again when its stamp changed, which is checked once a second. A URL is fetched again in the
/// background every `refreshInterval`, so that a withdrawn key goes, and when a token may be of a newer key: `burst`
/// times at once, then once in `minimumInterval`. When a later read fails, the last good set stays, and the log says
/// so; it verifies no token any more once its last good read is `maximumAge` ago. A URL that cannot be fetched at the
/// start leaves the service without keys until it can.
package final class KeySource: Sendable {
    struct Snapshot: Sendable {
        let keys: KeySet
        /// The number of the set. It rises with each change, so that tokens verified with an older set are verified
        /// anew.
        let generation: Int
    }

    /// The keys after one more read, for a token that may be of a newer key.
    enum Reread: Sendable {
        /// The keys of a read that began after the token had come, or an earlier one that has its key.
        case current(Snapshot)
        /// No such read could be made, so nothing is known of the token. Another one may succeed after so many seconds.
        case unavailable(retryAfter: Int)
        /// No token can be verified.
        case noKeys
    }

    private enum RereadStep {
        case wait(Task<Void, Never>)
        case end(Reread)
    }

    private struct State {
        var reads: KeyReads
        var budget: FetchBudget
        var stamp: PrivateFile.Stamp?
        var loading: Task<Void, Never>?
        /// The number of reads that have begun.
        var loadCount = 0
    }

    /// The `iss` that a token must have, compared byte by byte; nil for any.
    package let issuer: String?
    /// True for a key that anybody who reads the data directory can sign with, which is for development alone.
    package var isDevelopment: Bool { if case .development = origin { true } else { false } }
    private let origin: Origin
    private let refreshInterval: Double
    private let maximumAge: Double
    private let logger: Logger
    private let state: Mutex<State>

    /// Reads the keys for the first time.
    /// - Parameters:
    ///   - issuer: the `iss` that tokens must have; nil for any.
    ///   - now: seconds since 1970.
    ///   - minimumInterval: seconds between two fetches of a URL for tokens of unknown keys, once `burst` of them were
    ///     made.
    ///   - refreshInterval: seconds after which a URL is fetched again unasked.
    ///   - maximumAge: seconds since the last good read after which the keys verify nothing.
    /// - Throws: `KeyError` where a file or the development key holds nothing usable. A URL that cannot be fetched is
    ///   fetched again later.
    package init(
        _ origin: Origin,
        issuer: String? = nil,
        now: Double,
        minimumInterval: Double = 10,
        burst: Int = 60,
        refreshInterval: Double = 30,
        maximumAge: Double = 86_400,
        logger: Logger
    ) async throws(KeyError) {
        self.origin = origin
        self.issuer = issuer
        self.refreshInterval = refreshInterval
        self.maximumAge = maximumAge
        self.logger = logger
        var first = State(
            reads: KeyReads(now: now),
            budget: FetchBudget(burst: burst, interval: minimumInterval, now: now)
        )
        do {
            let contents = try await origin.load()
            _ = first.reads.succeeded(contents.keys, now: now)
            first.stamp = contents.stamp
        } catch {
            guard case .jwksURL = origin else { throw error }
            _ = first.reads.failed()
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
    package var generation: Int { state.withLock { $0.reads.snapshot?.generation ?? -1 } }

    /// The keys as of `now`, seconds since 1970; nil where no token can be verified.
    func current(now: Double) async -> Snapshot? {
        switch origin {
        case .development: break
        case .jwksFile(let path):
            let stamp = state.withLock { state -> PrivateFile.Stamp?? in
                guard state.reads.isDue(now: now, interval: 1) else { return nil }
                state.reads.attempted(now: now)
                return .some(state.stamp)
            }
            if let stamp {
                let seen = PrivateFile.stamp(path)
                // The failure may have been the process's own lack of something: the same file is tried again.
                if seen != stamp || state.withLock({ $0.reads.isFailing }) {
                    await startLoad(now: now, seen: seen).value
                } else {
                    // A file that is as it was is as good as read again.
                    state.withLock { $0.reads.confirmed(now: now) }
                }
            }
        case .jwksURL: state.withLock { fetchIfDue(&$0, now: now) }
        }
        return state.withLock { usable($0, now: now) }
    }

    /// The generation of the keys of `current(now:)`, where nobody has to wait for them.
    ///
    /// - Returns: nil while a file has to be looked at, and where no token can be verified.
    func generationAtHand(now: Double) -> Int? {
        state.withLock { state in
            switch origin {
            case .development: break
            case .jwksFile: guard !state.reads.isDue(now: now, interval: 1) else { return nil }
            case .jwksURL: fetchIfDue(&state, now: now)
            }
            return usable(state, now: now)?.generation
        }
    }

    /// Begins a fetch that is due. No caller waits for it: the old set still serves.
    private func fetchIfDue(_ state: inout State, now: Double) {
        let interval = pause(state.reads.failureCount)
        guard state.loading == nil, state.reads.isDue(now: now, interval: interval) else { return }
        begin(&state, now: now)
    }

    /// The keys after one more read, for a token that may be of a newer key than those of `current(now:)`.
    ///
    /// Only a read that began after the token had come tells that the service does not have its key. Callers that come
    /// together share a read.
    /// - Parameter isKnown: tells whether a set has the token's key, so that no read is needed.
    func reread(now: Double, until isKnown: (KeySet) -> Bool) async -> Reread {
        let first = state.withLock { $0.loadCount }
        while true {
            let step: RereadStep
            switch origin {
            case .development: step = .end(state.withLock { ended($0, now: now) })
            case .jwksFile(let path):
                let seen = PrivateFile.stamp(path)
                step = state.withLock { fileStep(&$0, after: first, now: now, seen: seen) }
            case .jwksURL: step = state.withLock { urlStep(&$0, after: first, now: now, until: isKnown) }
            }
            switch step {
            case .wait(let loading): await loading.value
            case .end(let reread): return reread
            }
        }
    }

    private func urlStep(
        _ state: inout State,
        after first: Int,
        now: Double,
        until isKnown: (KeySet) -> Bool
    ) -> RereadStep {
        if let loading = state.loading { return .wait(loading) }
        if let snapshot = usable(state, now: now), isKnown(snapshot.keys) { return .end(.current(snapshot)) }
        guard state.loadCount == first else { return .end(ended(state, now: now)) }
        if let seconds = state.budget.take(now: now) { return .end(.unavailable(retryAfter: seconds)) }
        return .wait(begin(&state, now: now))
    }

    /// A file costs little to look at: it is read again where it has changed, and once a second where it failed.
    private func fileStep(
        _ state: inout State,
        after first: Int,
        now: Double,
        seen: PrivateFile.Stamp?
    ) -> RereadStep {
        if let loading = state.loading { return .wait(loading) }
        let isFailing = state.reads.isFailing && state.reads.isDue(now: now, interval: 1)
        guard state.loadCount == first, seen != state.stamp || isFailing else { return .end(ended(state, now: now)) }
        state.stamp = seen
        return .wait(begin(&state, now: now))
    }

    /// The outcome where no read is needed any more.
    private func ended(_ state: State, now: Double) -> Reread {
        guard !state.reads.isFailing else { return .unavailable(retryAfter: 2) }
        return usable(state, now: now).map(Reread.current) ?? .noKeys
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
        state.reads.attempted(now: now)
        state.loadCount += 1
        let task = Task { await self.reload(now: now) }
        state.loading = task
        return task
    }

    private func reload(now: Double) async {
        let result: Result<Origin.Contents, KeyError>
        do throws(KeyError) {
            result = .success(try await origin.load())
        } catch {
            result = .failure(error)
        }
        let isNew = state.withLock { state in
            state.loading = nil
            guard case .success(let contents) = result else { return state.reads.failed() }
            state.stamp = contents.stamp ?? state.stamp
            return state.reads.succeeded(contents.keys, now: now)
        }
        guard isNew else { return }
        switch result {
        case .success(let contents):
            logger.info("token keys reloaded", metadata: ["keys": "\(contents.keys.entries.count)"])
        case .failure(let error):
            logger.warning(
                "token key reload failed; the last keys that were read stay in use, a day at most",
                metadata: ["error": "\(error)"]
            )
        }
    }

    private func usable(_ state: State, now: Double) -> Snapshot? {
        if case .development = origin { return state.reads.snapshot }
        return state.reads.snapshot(now: now, maximumAge: maximumAge)
    }

    /// The seconds from one attempt to fetch a URL to the next: soon after a failure, then ever later, up to
    /// `refreshInterval`.
    private func pause(_ failureCount: Int) -> Double {
        failureCount == 0 ? refreshInterval : min(refreshInterval, Double(1 << min(failureCount, 10)))
    }
}

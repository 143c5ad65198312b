import Synchronization

/// The places of all streams that are open or being opened, and of each counted caller's.
final class StreamPlaces: Sendable {
    private struct State {
        var open = 0
        /// Places that were ever taken.
        var taken = 0
        var callers: [StreamCaller: Caller] = [:]
        var pressure = RefusalPressure()
    }

    private struct Caller {
        var open = 0
        /// Refusals since a place was last taken.
        var refusals = 0
    }

    private let maximum: Int
    private let maximumPerCaller: Int
    private let state = Mutex(State())

    init(maximum: Int, maximumPerCaller: Int) {
        self.maximum = maximum
        self.maximumPerCaller = maximumPerCaller
    }

    /// The places that are taken now.
    var open: Int { state.withLock { $0.open } }
    /// Places that were ever taken.
    var taken: Int { state.withLock { $0.taken } }

    /// Takes a place.
    ///
    /// - Parameters:
    ///   - caller: nil for a caller that is not counted.
    ///   - requestId: the identifier of the stream's request.
    ///   - now: nanoseconds of the monotonic clock.
    func take(
        for caller: StreamCaller?,
        requestId: String? = nil,
        knownForks: Int,
        at now: UInt64
    ) throws(StreamHub.Refusal) -> StreamPlace {
        let result: Result<Void, StreamHub.Refusal> = state.withLock { state in
            if let caller, let known = state.callers[caller], known.open >= maximumPerCaller {
                state.callers[caller]?.refusals += 1
                return .failure(.callerFull(refusals: known.refusals))
            }
            guard state.open < maximum else {
                state.pressure.refused(at: now)
                return .failure(.full)
            }
            state.open += 1
            state.taken += 1
            if let caller {
                state.callers[caller, default: Caller()].open += 1
                state.callers[caller]?.refusals = 0
            }
            return .success(())
        }
        try result.get()
        return StreamPlace(knownForks: knownForks, requestId: requestId) { [self] in release(caller) }
    }

    private func release(_ caller: StreamCaller?) {
        state.withLock { state in
            state.open -= 1
            guard let caller, let known = state.callers[caller] else { return }
            if known.open > 1 { state.callers[caller]?.open -= 1 } else { state.callers[caller] = nil }
        }
    }

    /// Counts an opening that was refused for a reason that is not the caller's.
    func refused(at now: UInt64) { state.withLock { $0.pressure.refused(at: now) } }

    /// The milliseconds that are added to the longest `retry` of everybody.
    func extraDelay(at now: UInt64) -> Int { state.withLock { $0.pressure.extraMilliseconds(at: now) } }
}

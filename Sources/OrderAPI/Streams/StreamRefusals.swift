import EventStreams
import Logging
import OrderLog
import Orders
import Postgres

/// The refusal of a stream that the service cannot serve now: the stream's whole body.
struct StreamRefusal: Error {
    let reason: StreamMetrics.Refusal
    let body: [UInt8]
}

/// Tells refusals of streams in frames: a condition that passes by itself must not make a browser's EventSource give up
/// for good. The client keeps its position.
struct StreamRefusals: Sendable {
    let hub: StreamHub
    let positions: PositionReader
    let positionEncoder: PositionEncoder

    /// The look-up for a stream failed.
    func database(_ error: PostgresError, _ options: StreamOptions, resumeId: String?, _ logger: Logger)
        -> StreamRefusal
    {
        logger.warning(
            "the look-up for a stream failed; its client is told to come back",
            metadata: ["error": "\(error)"]
        )
        return overload(.database, options, resumeId: resumeId)
    }

    /// The refusal by a problem of the caller that passes by itself; nil for any other problem.
    ///
    /// - Parameter options: reads the stream's options.
    func passing(_ problem: Problem, options: () throws -> StreamOptions) rethrows -> StreamRefusal? {
        let reason: StreamMetrics.Refusal
        switch problem.code {
        case .tooManyRequests: reason = .rate
        case .noKeys, .keyNotFetched: reason = .noKeys
        default: return nil
        }
        let options = try options()
        // Anybody can send tokens of unknown keys: others come no later for them.
        let isCallers = problem.code != .noKeys
        return overload(reason, options, resumeId: resumeId(of: options), isCallers: isCallers)
    }

    /// - Parameter isCallers: true where the reason is the caller's own, and none for others to come later.
    private func overload(
        _ reason: StreamMetrics.Refusal,
        _ options: StreamOptions,
        resumeId: String?,
        isCallers: Bool = false
    ) -> StreamRefusal {
        if !isCallers { hub.openingRefused() }
        let body = self.body(.overload, retry: 1000 + hub.retryDelay(), options, resumeId: resumeId)
        return StreamRefusal(reason: reason, body: body)
    }

    /// There is no place for the stream.
    func noPlace(_ refusal: StreamHub.Refusal, _ options: StreamOptions, resumeId: String?) -> StreamRefusal {
        let (reason, word): (StreamMetrics.Refusal, ControlFrame.ByeReason) =
            switch refusal {
            case .draining: (.draining, .shutdown)
            case .full: (.full, .overload)
            case .callerFull: (.caller, .overload)
            }
        let retry = hub.retryDelay(after: refusal)
        return StreamRefusal(reason: reason, body: body(word, retry: retry, options, resumeId: resumeId))
    }

    private func body(_ reason: ControlFrame.ByeReason, retry: Int, _ options: StreamOptions, resumeId: String?)
        -> [UInt8]
    {
        ControlFrame.opening(retry: retry, position: resumeId, beat: options.beat)
            + ControlFrame.bye(reason, retry: retry, plain: options.isPlain)
    }

    /// The id that a caller who is not known resumes from. Neither is the form of its position known, but for the
    /// beginning, which all write alike.
    func resumeId(of options: StreamOptions) -> String? {
        options.after.flatMap { text in
            PositionReader.isBeginning(text) ? text : resumeId(text, for: .customer) ?? resumeId(text, for: .staff)
        }
    }

    /// The id that a client resumes from, as the service writes it; nil for a text that is no position.
    func resumeId(_ text: String, for audience: Audience) -> String? {
        switch positions.parse(text, for: audience) {
        case nil: nil
        case .beginning: hub.beginning.map { positionEncoder($0, for: audience) }
        case .at(let position): positionEncoder(position, for: audience)
        }
    }
}

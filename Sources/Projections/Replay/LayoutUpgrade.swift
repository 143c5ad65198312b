import Logging
import Primitives

/// Builds the read models again whose served version a former version of Waybill has built, one after the other.
/// Serving goes on with the old version until the new one takes over.
struct LayoutUpgrade: Sendable {
    let replay: Replay
    let logger: Logger

    /// Runs until no model is left, or the task is cancelled. Several processes may run it: one of them builds a model,
    /// and the others wait for it.
    func run() async {
        var abandoned: Set<String> = []
        var backoff = Backoff(first: .seconds(1), limit: .seconds(60))
        while !Task.isCancelled {
            guard let outdated = await outdated() else {
                await pause(&backoff)
                continue
            }
            guard let name = outdated.first(where: { !abandoned.contains($0) }) else { return }
            switch await rebuild(name) {
            case .done: backoff.reset()
            case .later: await pause(&backoff)
            case .never: abandoned.insert(name)
            }
        }
    }

    private enum Outcome {
        case done
        /// The model cannot be built now: another process builds it, or the database does not answer.
        case later
        /// An operator has cancelled the replay, or the log has an event that cannot be read.
        case never
    }

    private func rebuild(_ name: String) async -> Outcome {
        do {
            try await replay.rebuildIfOutdated(name)
            return .done
        } catch let failure as ReplayFailure {
            if case .cancelled = failure {
                logger.warning(
                    "the rebuild of a read model was cancelled; what a former version built is served until a replay",
                    metadata: ["model": "\(name)"]
                )
                return .never
            }
            log(failure, of: name)
            return .later
        } catch let error as UnreadableEvent {
            logger.error(
                "a read model cannot be built again; the former one is served on",
                metadata: ["model": "\(name)", "error": "\(error)"]
            )
            return .never
        } catch {
            log(error, of: name)
            return .later
        }
    }

    private func outdated() async -> [String]? {
        do {
            return try await replay.outdatedModels()
        } catch {
            log(error, of: nil)
            return nil
        }
    }

    private func log(_ error: any Error, of name: String?) {
        if error is CancellationError { return }
        var metadata: Logger.Metadata = ["error": "\(error)"]
        if let name { metadata["model"] = "\(name)" }
        logger.info("rebuilding the read models of a former version of Waybill waits", metadata: metadata)
    }

    private func pause(_ backoff: inout Backoff) async {
        // A cancelled sleep ends the loop.
        try? await Task.sleep(for: backoff.next(random: .random(in: 0..<1)))
    }
}

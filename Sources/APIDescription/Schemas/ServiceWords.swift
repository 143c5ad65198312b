import EventStreams
import Orders

/// The outcome of a bulk line.
enum BulkOutcome: String, WireWord {
    case accepted, duplicate, rejected

    var meaning: String {
        switch self {
        case .accepted: "The command was appended to the log."
        case .duplicate: "The command was accepted before, under the same id."
        case .rejected: "The command was refused; `problem` says why."
        }
    }
}

/// The state of one version of a projection.
enum ProjectionVersionState: String, WireWord {
    case active, building, failed

    var meaning: String {
        switch self {
        case .active: "The version is served."
        case .building: "A replay builds the version, which is not served yet."
        case .failed: "The version is served, but its last batch of events could not be applied."
        }
    }
}

/// The state of a replay.
enum ReplayStateWord: String, WireWord {
    case running, interrupted

    var meaning: String {
        switch self {
        case .running: "A process runs the replay."
        case .interrupted: "The replay's process ended early; the next replay of the projection continues it."
        }
    }
}

/// The answer of a health probe.
enum HealthStatus: String, WireWord {
    case ok, ready

    var meaning: String {
        switch self {
        case .ok: "The process answers."
        case .ready: "The service reaches its log and takes requests."
        }
    }
}

extension ControlFrame.ResetReason: WireWord {
    package var meaning: String {
        switch self {
        case .malformed: "The position is not one that this service gives out."
        case .unknownEpoch: "The log has no such epoch: the position comes from another log."
        case .ahead: "The position is beyond the end of the log."
        case .forked:
            "The position is beyond the last event of an epoch that has ended: the log was restored from a backup."
        }
    }
}

extension ControlFrame.ByeReason: WireWord {
    package var meaning: String {
        switch self {
        case .shutdown: "The service shuts down."
        case .maxAge: "The stream has reached its maximum age."
        case .tokenExpired: "The token has expired."
        case .slow: "The client did not read fast enough."
        case .overload: "The service has too many streams or is too busy, or the caller opens streams too often."
        }
    }
}

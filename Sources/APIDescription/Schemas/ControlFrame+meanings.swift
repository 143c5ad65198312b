import EventStreams
import Orders

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
        case .overload:
            "The service has too many streams or is too busy, or the caller opens streams too often or has as many as one may have."
        }
    }
}

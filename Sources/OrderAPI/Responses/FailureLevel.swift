import Logging
import Orders

/// The level of a failure in the service's log.
package enum FailureLevel: String, WireWord {
    case warning, error, critical

    init(_ level: Logger.Level) {
        self =
            switch level {
            case .critical: .critical
            case .error: .error
            default: .warning
            }
    }

    package var meaning: String {
        switch self {
        case .warning: "The service goes on; somebody should look at it some time."
        case .error: "Something that was asked for was not done."
        case .critical: "The service cannot go on by itself."
        }
    }
}

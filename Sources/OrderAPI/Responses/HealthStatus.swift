import Orders

/// The answer of a health probe.
package enum HealthStatus: String, WireWord {
    case ok, ready

    package var meaning: String {
        switch self {
        case .ok: "The process answers."
        case .ready: "The service reaches its log and takes requests."
        }
    }
}

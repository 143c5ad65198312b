import Orders

/// The state of a replay.
package enum ReplayActivity: String, WireWord {
    case running, interrupted

    package var meaning: String {
        switch self {
        case .running: "A process runs the replay."
        case .interrupted: "The replay's process ended early; the next replay of the projection continues it."
        }
    }
}

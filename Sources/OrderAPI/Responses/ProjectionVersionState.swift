import Orders

/// The state of one version of a projection.
package enum ProjectionVersionState: String, WireWord {
    case active, building, failed

    package var meaning: String {
        switch self {
        case .active: "The version is served."
        case .building: "A replay builds the version, which is not served yet."
        case .failed: "The version is served, but its last batch of events could not be applied."
        }
    }
}

import Orders

extension AppendRefusal {
    /// The word by which metrics count a refusal: the rule's reason, or the problem's code; nil where the command was
    /// not judged.
    var reason: String? {
        switch self {
        case .unknownOrder: "notFound"
        case .unknownTrackingNumber: "unknownTrackingNumber"
        case .orderExists: RejectionReason.orderExists.rawValue
        case .commandIdReused: "commandIdReused"
        case .versionMismatch: "versionMismatch"
        case .rejected(let rejection, _): rejection.reason.rawValue
        default: nil
        }
    }

    /// All values of `reason`.
    static let reasons =
        ["notFound", "unknownTrackingNumber", "commandIdReused", "versionMismatch"]
        + RejectionReason.allCases.map(\.rawValue)
}

/// The stage of a return.
package enum ReturnStatus: String, WireWord, PartValue {
    case requested, approved, rejected, cancelled, received

    package var meaning: String {
        switch self {
        case .requested: "The customer wants to send units back; the shop has not decided."
        case .approved: "The shop agreed; the units have not arrived."
        case .rejected: "The shop refused the return."
        case .cancelled: "The return was cancelled before anything arrived."
        case .received: "The units arrived. The return is over."
        }
    }
}

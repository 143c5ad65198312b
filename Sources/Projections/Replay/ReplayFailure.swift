/// Why a replay ended without taking over. What is served is as it was.
package enum ReplayFailure: Error, Sendable, CustomStringConvertible {
    /// There is no projection of that name.
    case unknown(String)
    /// Another process, or another task of this one, rebuilds it at this moment.
    case underWay(String)
    /// An operator cancelled it; what it had built is dropped.
    case cancelled(String)
    /// Somebody else wrote to the version that it builds, or put the database back to an earlier state.
    case overtaken(String)
    /// Events come faster than they can be folded.
    case cannotCatchUp(String)

    package var description: String {
        switch self {
        case .unknown(let name):
            "there is no projection “\(name)”; there are \(ReadModels.replayable.map(\.name).joined(separator: ", "))"
        case .underWay(let name): "a replay of “\(name)” is under way already"
        case .cancelled(let name): "the replay of “\(name)” was cancelled"
        case .overtaken(let name): "the version of “\(name)” that was being built was changed by somebody else"
        case .cannotCatchUp(let name): "“\(name)” cannot catch up: events come faster than they can be folded"
        }
    }
}

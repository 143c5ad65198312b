/// The reason why a replay ended without replacing the served version. The served version is unchanged.
package enum ReplayFailure: Error, Sendable, CustomStringConvertible {
    /// There is no projection of that name.
    case unknown(String)
    /// Another process, or another task of this one, is rebuilding the projection.
    case underWay(String)
    /// An operator cancelled the replay; the version that it built is dropped.
    case cancelled(String)
    /// Another process wrote to the version that the replay builds, or the database was restored to an earlier state.
    case overtaken(String)
    /// Events are appended faster than the replay folds them.
    case cannotCatchUp(String)

    package var description: String {
        switch self {
        case .unknown(let name):
            "there is no projection “\(name)”; there are \(ReadModels.all.map(\.name).joined(separator: ", "))"
        case .underWay(let name): "a replay of “\(name)” is under way already; wait for it, or cancel it"
        case .cancelled(let name): "the replay of “\(name)” was cancelled; the served version is unchanged"
        case .overtaken(let name):
            "another process changed the version of “\(name)” that was being built; start the replay again"
        case .cannotCatchUp(let name):
            "the replay of “\(name)” cannot catch up with new events; start it again when fewer are appended"
        }
    }
}

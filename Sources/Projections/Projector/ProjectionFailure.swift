/// The reason why a read model cannot go on.
enum ProjectionFailure: Error, CustomStringConvertible {
    /// The database has no such read model, or no version of it is served.
    case missing(String)
    /// The event after the checkpoint is missing, although later ones exist.
    case gap(after: Int64)

    var description: String {
        switch self {
        case .missing(let name): "the read model “\(name)” has no active version"
        case .gap(let seq): "the log has no event after \(seq), but later ones"
        }
    }
}

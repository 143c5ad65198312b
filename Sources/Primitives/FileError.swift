/// A file that cannot be read or made, with the reason.
public struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    public let path: String
    /// The cause, as a phrase that follows the path: "cannot be opened: Permission denied".
    public let reason: String

    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    public var description: String { "\(path): \(reason)" }
}

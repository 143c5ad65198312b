/// A file that cannot be read or made, with the reason.
package struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    package let path: String
    /// The cause, as a phrase that follows the path: "cannot be opened: Permission denied".
    package let reason: String

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    package var description: String { "\(path): \(reason)" }
}

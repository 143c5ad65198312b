/// A fault of the keys that verify or sign tokens; it ends the start of the process.
package struct KeyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file's path, or the URL.
    package let source: String
    package let reason: String

    package init(source: String, reason: String) {
        self.source = source
        self.reason = reason
    }

    package var description: String { "\(source): \(reason)" }
}

import Primitives

/// A key or key set that cannot be used to verify or sign tokens; it ends the start of the process.
package struct KeyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file's path, or the URL.
    package let source: String
    package let reason: String

    package init(source: String, reason: String) {
        self.source = source
        self.reason = reason
    }

    package var description: String { "\(source): \(reason)" }

    /// Runs `body`, and reports a file that cannot be read or made as a key that cannot be used.
    static func wrap<Value>(_ body: () throws(FileError) -> Value) throws(KeyError) -> Value {
        do {
            return try body()
        } catch {
            throw KeyError(source: error.path, reason: error.reason)
        }
    }
}

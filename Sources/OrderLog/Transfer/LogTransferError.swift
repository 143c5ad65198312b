/// The reason why a log cannot be exported or imported, for the person at the terminal.
package struct LogTransferError: Error, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

import Glibc

/// An error for a measurement that could not be made, as a sentence for the person at the terminal.
struct LoadFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// A system call that failed, with the reason in `errno`.
    static func system(_ call: String) -> LoadFailure {
        let code = errno
        return LoadFailure("\(call): \(String(cString: strerror(code)))")
    }
}

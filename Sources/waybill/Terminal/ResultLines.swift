import Synchronization

/// Result lines from callbacks that cannot throw. After a line that could not be written no more are tried.
final class ResultLines: Sendable {
    private let failure = Mutex<(any Error)?>(nil)

    func line(_ text: String) {
        failure.withLock { failure in
            guard failure == nil else { return }
            do {
                try StandardOutput.line(text)
            } catch {
                failure = error
            }
        }
    }

    /// - Throws: the error of the line that could not be written.
    func check() throws {
        if let error = failure.withLock({ $0 }) { throw error }
    }
}

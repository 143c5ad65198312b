import Glibc
import Synchronization

/// A descriptor that takes whole lines, one after another, from any thread.
package final class LogOutput: Sendable {
    package static let standardError = LogOutput(descriptor: 2)

    private let descriptor: Int32
    private let turn = Mutex(())

    /// - Parameter descriptor: stays the caller's.
    package init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Writes the line whole. A log that can no longer be written is given up: there is nowhere left to say so.
    func write(_ line: [UInt8]) {
        turn.withLock { _ in
            var rest = line[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}

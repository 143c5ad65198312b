import Glibc

/// Bytes that could not be written to a descriptor.
package struct DescriptorWriteError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Reason: Sendable, Hashable {
        /// `write(2)` failed with this error number.
        case failed(errno: Int32)
        /// The reader took nothing until the deadline.
        case timedOut
        /// The task was cancelled while the reader took nothing.
        case cancelled
    }

    package let reason: Reason
    /// The bytes that were written before.
    package let written: Int

    init(_ reason: Reason, written: Int) {
        self.reason = reason
        self.written = written
    }

    /// True for a pipe or socket whose reader has gone.
    package var isReaderGone: Bool { reason == .failed(errno: EPIPE) }

    package var description: String {
        switch reason {
        case .failed(errno: EPIPE): "its reader has ended (Broken pipe)"
        case .failed(errno: EBADF): "it is closed"
        case .failed(let number): String(cString: strerror(number))
        case .timedOut: "its reader takes nothing"
        case .cancelled: "interrupted while its reader took nothing"
        }
    }
}

import Glibc

/// Writes whole byte sequences to a file descriptor, with `write(2)` alone.
///
/// A reader that has gone, a full disk or a closed descriptor becomes an error, and a reader that takes nothing is
/// waited for at most until a deadline. The process must ignore SIGPIPE and SIGXFSZ: see ``ignoreWriteSignals()``.
package struct DescriptorWriter: Sendable {
    /// POSIX: a pipe that `poll(2)` calls writable takes this many bytes without blocking (`PIPE_BUF`).
    private static let piece = 4096
    /// Milliseconds between two looks at the deadline and at the task's cancellation.
    private static let pollInterval: Int32 = 50

    private let descriptor: Int32

    /// - Parameter descriptor: stays the caller's, blocking or not.
    package init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Makes a failed write an error code instead of the end of the process: SIGPIPE for a reader that has gone,
    /// SIGXFSZ for a file size limit (`ulimit -f`).
    package static func ignoreWriteSignals() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Writes all bytes.
    ///
    /// - Parameters:
    ///   - limit: the longest wait in all; nil waits until the reader takes the bytes or the task is cancelled.
    ///   - isCancelled: asked while the reader takes nothing; true ends the wait.
    package func write(
        _ bytes: [UInt8],
        within limit: Duration? = nil,
        isCancelled: () -> Bool = { false }
    ) throws(DescriptorWriteError) {
        let deadline = limit.map { ContinuousClock.now + $0 }
        var written = 0
        while written < bytes.count {
            if let reason = waitUntilWritable(until: deadline, isCancelled) {
                throw DescriptorWriteError(reason, written: written)
            }
            let end = min(written + Self.piece, bytes.count)
            let count = bytes[written..<end].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                written += count
                continue
            }
            switch errno {
            case EINTR, EAGAIN: continue
            case let number: throw DescriptorWriteError(.failed(errno: number), written: written)
            }
        }
    }

    /// - Returns: why the wait ended in vain; nil when a write can be tried.
    private func waitUntilWritable(
        until deadline: ContinuousClock.Instant?,
        _ isCancelled: () -> Bool
    ) -> DescriptorWriteError.Reason? {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        while true {
            // A broken descriptor counts as ready: the write says what is wrong with it.
            if poll(&wanted, 1, 0) > 0 { return nil }
            if let deadline, deadline <= .now { return .timedOut }
            if isCancelled() { return .cancelled }
            if poll(&wanted, 1, Self.pollInterval) > 0 { return nil }
        }
    }
}

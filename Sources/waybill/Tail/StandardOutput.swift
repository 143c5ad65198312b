import Foundation

/// Standard output for results that come over time, whose reader may leave.
enum StandardOutput {
    /// Nobody reads any more.
    struct Closed: Error {}

    /// To be called once, first: a write to a pipe without a reader then fails instead of ending the process.
    static func survivePipes() { signal(SIGPIPE, SIG_IGN) }

    /// Writes a line at once, whole.
    ///
    /// - Throws: `Closed`; `CommandFailure` for anything else, such as a full disk.
    static func line(_ text: String) throws {
        var rest = Array((text + "\n").utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
            if written >= 0 {
                rest = rest.dropFirst(written)
                continue
            }
            switch errno {
            case EINTR: continue
            case EPIPE: throw Closed()
            case EAGAIN:
                // Somebody else has made it non-blocking; waited for as if it were not.
                var wanted = pollfd(fd: 1, events: Int16(POLLOUT), revents: 0)
                poll(&wanted, 1, -1)
            default: throw CommandFailure("standard output: \(String(cString: strerror(errno)))")
            }
        }
    }
}

import CLinux
import Glibc

/// A descriptor (eventfd(2)) by which any thread wakes one that waits in `Epoll`. It is readable from `wakeUp` to
/// `clear`.
public final class WakeUpDescriptor: Sendable {
    public let descriptor: Int32

    /// - Throws: when the process has no descriptor left.
    public init() throws(SystemCallError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else { throw SystemCallError("eventfd") }
    }

    deinit { close(descriptor) }

    /// Makes the descriptor readable. Several calls count as one.
    public func wakeUp() {
        var one: UInt64 = 1
        // The only possible failure is a full counter, and then the descriptor is readable already.
        _ = write(descriptor, &one, 8)
    }

    /// Makes the descriptor unreadable until the next `wakeUp`.
    public func clear() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }
}

import Glibc

/// A failed call of the operating system with the reason that `errno` gave.
package struct SystemCallError: Error, Equatable, CustomStringConvertible {
    /// The call's name, such as `epoll_create1`.
    package let call: String
    /// The value of `errno`.
    package let code: Int32

    /// - Parameter code: by default what the last call on this thread left.
    package init(_ call: String, code: Int32 = errno) {
        self.call = call
        self.code = code
    }

    package var description: String { "\(call): \(String(cString: strerror(code)))" }
}

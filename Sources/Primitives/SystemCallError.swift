public import Glibc

/// A failed call of the operating system with the reason that `errno` gave.
public struct SystemCallError: Error, Equatable, CustomStringConvertible {
    /// The call's name, such as `epoll_create1`.
    public let call: String
    /// The value of `errno`.
    public let code: Int32

    /// - Parameter code: by default what the last call on this thread left.
    public init(_ call: String, code: Int32 = errno) {
        self.call = call
        self.code = code
    }

    public var description: String { "\(call): \(String(cString: strerror(code)))" }
}

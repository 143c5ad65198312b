import Synchronization

/// The address at which clients reach the service, for links. It may depend on the port, which is known once the
/// service listens.
package final class PublicURL: Sendable {
    private let make: @Sendable (Int) -> String
    private let url: Mutex<String>

    /// - Parameter make: makes the address, without a slash at its end, given the port that the service listens on.
    package init(port: Int, _ make: @escaping @Sendable (Int) -> String) {
        self.make = make
        url = Mutex(make(port))
    }

    /// Names the port that the service listens on.
    package func bind(port: Int) { url.withLock { $0 = make(port) } }

    package var text: String { url.withLock { $0 } }

    var isHTTPS: Bool { text.hasPrefix("https://") }

    /// Host and port, as in the `Host` field of requests to this address.
    var authority: Substring {
        let text = text
        guard let scheme = text.firstRange(of: "://") else { return "" }
        return text[scheme.upperBound...].prefix { $0 != "/" }
    }
}

import Glibc
import HTTPTransport
import Synchronization

/// The value of the `Date` field (RFC 9110, section 5.6.7), made once a second.
final class ResponseDate: Sendable {
    private let cached = Mutex<(second: Int, text: String)>((-1, ""))

    var text: String {
        let second = time(nil)
        return cached.withLock { cached in
            if cached.second != second { cached = (second, HTTPDate.text(unixSeconds: second)) }
            return cached.text
        }
    }
}

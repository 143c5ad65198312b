import Glibc
import Synchronization

/// The format of times in HTTP.
package enum HTTPDate {
    /// The text of the last second that was asked for.
    private static let latest = Mutex<(second: Int, text: String)>((-1, ""))

    /// The time now, as the field `Date` has it. Made once a second.
    package static var now: String {
        let second = time(nil)
        return latest.withLock { latest in
            if latest.second != second { latest = (second, text(unixSeconds: second)) }
            return latest.text
        }
    }

    /// Formats a time as IMF-fixdate, such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
    package static func text(unixSeconds: Int) -> String {
        var time = time_t(unixSeconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        // The names are English, since the process keeps the locale C.
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { buffer in
            let count = strftime(buffer.baseAddress, buffer.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
            return String(
                decoding: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]),
                as: UTF8.self
            )
        }
    }
}

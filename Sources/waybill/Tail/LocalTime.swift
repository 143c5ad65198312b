import Foundation
import Orders

/// Times of the wire in the reader's time zone.
struct LocalTime {
    /// By default the zone of `TZ`, or the system's.
    var zone = TimeZone.current

    /// `2026-11-05 10:26:02`. A text that is not a time stays as it is; so in the functions below.
    func full(_ text: String) -> String { format(text, "%Y-%m-%d %H:%M:%S") }

    /// `10:26:02`.
    func clock(_ text: String) -> String { format(text, "%H:%M:%S") }

    /// `2026-11-05`.
    func day(_ text: String) -> String { format(text, "%Y-%m-%d") }

    /// `Nov 5 08:00–12:00`; with both days where there are two.
    func window(from earliest: String, to latest: String) -> String {
        let isOneDay = format(earliest, "%F") == format(latest, "%F")
        return format(earliest, "%b %-d %H:%M") + "–" + format(latest, isOneDay ? "%H:%M" : "%b %-d %H:%M")
    }

    private func format(_ text: String, _ pattern: String) -> String {
        guard let time = Timestamp(rfc3339: text) else { return TerminalText.plain(text) }
        // Rounded down, also before 1970.
        let seconds = (time.unixMicroseconds - (time.unixMicroseconds < 0 ? 999_999 : 0)) / 1_000_000
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
        var local = time_t(seconds) + offset
        var parts = tm()
        gmtime_r(&local, &parts)
        var buffer = [CChar](repeating: 0, count: 64)
        let count = strftime(&buffer, buffer.count, pattern, &parts)
        return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

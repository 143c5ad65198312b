import Foundation
import Orders

/// The expected deliveries of an order as a calendar (RFC 5545): an entry for each parcel to come, or one for an order
/// without parcels.
enum TrackCalendar {
    struct Entry {
        /// Names the entry; an importing calendar replaces an older one of the same name.
        let name: String
        let window: TimeWindow
        let parcel: Parcel?
    }

    /// The entries that are still to come.
    static func windows(of tracked: TrackedOrder) -> [Entry] {
        let coming = tracked.parcels.filter { $0.isComing && $0.parcel.kind != .digital }
        var entries = coming.compactMap { parcel -> Entry? in
            guard parcel.parcel.status != .readyForPickup, let window = parcel.expected else { return nil }
            return Entry(name: parcel.parcel.parcelId, window: window, parcel: parcel.parcel)
        }
        if coming.isEmpty, !tracked.waiting.isEmpty, tracked.order.lifecycle != .cancelled,
            let window = tracked.expected
        {
            entries.append(Entry(name: "order", window: window, parcel: nil))
        }
        return entries.filter { $0.window.latest > tracked.now }
    }

    /// - Returns: nil where nothing is expected.
    static func text(of tracked: TrackedOrder, _ page: TrackLocale) -> String? {
        let entries = windows(of: tracked)
        guard !entries.isEmpty else { return nil }
        let order = tracked.order
        let texts = TrackTexts(page.language)
        var lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Waybill//Tracking//\(page.language.rawValue.uppercased())",
            "CALSCALE:GREGORIAN",
        ]
        for entry in entries {
            let tracking = entry.parcel?.tracking
            let carrier = [tracking?.carrier.map(CarrierPage.name), tracking?.trackingNumber].joinedParts
            let description = [carrier, texts[.calendarNote]].compactMap { $0 }.joined(separator: "\n")
            lines += [
                "BEGIN:VEVENT", "UID:\(escaped(entry.name)).\(order.orderId.text)@waybill",
                "SEQUENCE:\(order.version)", "DTSTAMP:\(time(tracked.now))",
            ]
            lines += span(entry.window, in: tracked.zone)
            lines += [
                "SUMMARY:\(escaped(texts[.calendarTitle, ["number": order.number.oneLine]]))",
                "DESCRIPTION:\(escaped(description))", "TRANSP:TRANSPARENT", "END:VEVENT",
            ]
        }
        return (lines + ["END:VCALENDAR"]).map(folded).joined(separator: "\r\n") + "\r\n"
    }

    /// The beginning and the end of an entry. Whole days are days, which calendars show above the hours; the end is the
    /// day after the last one (section 3.6.1).
    private static func span(_ window: TimeWindow, in zone: TimeZone) -> [String] {
        let days = WindowDays(window, in: zone)
        guard days.hasTimes else {
            return [
                "DTSTART;VALUE=DATE:\(date(window.earliest, in: days.zone))",
                "DTEND;VALUE=DATE:\(date(days.last, addingDays: 1, in: days.zone))",
            ]
        }
        // Calendars take an end that is not after the start for a mistake.
        let end = max(window.latest, window.earliest.adding(seconds: 60))
        return ["DTSTART:\(time(window.earliest))", "DTEND:\(time(end))"]
    }

    /// `20251203`.
    private static func date(_ time: Timestamp, addingDays days: Int = 0, in zone: TimeZone) -> String {
        let local = time.adding(seconds: zone.secondsFromGMT(for: time.date) + days * 86_400)
        return String(local.rfc3339.prefix { $0 != "T" }.filter { $0 != "-" })
    }

    /// `20251203T130000Z`.
    private static func time(_ time: Timestamp) -> String {
        let whole = Timestamp(unixMicroseconds: time.unixMicroseconds - time.unixMicroseconds % 1_000_000)
        return whole.rfc3339.filter { $0 != "-" && $0 != ":" }
    }

    /// Section 3.3.11.
    private static func escaped(_ text: String) -> String {
        text.replacing("\r\n", with: "\n").unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "\\", ";", ",": escaped += "\\\(scalar)"
            case "\n": escaped += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: escaped += " "
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }

    /// Section 3.1: lines of at most 75 octets, never cut within a character.
    private static func folded(_ line: String) -> String {
        var (folded, length) = ("", 0)
        for scalar in line.unicodeScalars {
            let size = Unicode.UTF8.width(scalar)
            if length + size > 75 {
                folded += "\r\n "
                length = 1
            }
            folded.unicodeScalars.append(scalar)
            length += size
        }
        return folded
    }
}

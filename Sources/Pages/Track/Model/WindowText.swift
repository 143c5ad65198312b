import Foundation
import Orders

/// An expected time in words: the large line, and the finer one below it.
struct WindowText: Sendable, Equatable {
    let large: String
    let fine: String?
    /// The large line for the middle of a sentence.
    let plain: String

    /// The words of a window.
    ///
    /// Times are left out where the window says none: it is whole days, of UTC or of the place.
    ///
    /// - Parameters:
    ///   - isLate: whether the window is past: its end counts alone.
    ///   - zoneName: stands behind times whose zone the reader could not know.
    init(_ window: TimeWindow, isLate: Bool, in zone: TimeZone, zoneName: String? = nil, _ format: TrackFormat) {
        let days = WindowDays(window, in: zone)
        let (first, last) = (window.earliest, days.last)
        let hour = { (text: String) in zoneName.map { text + " " + $0 } ?? text }
        let by = { hour(format.texts[.byTime, ["time": format.timeOfDay(window.latest, in: days.zone)]]) }
        let isLastDay = first <= format.now && format.daysFromToday(last, in: days.zone) == 0
        // An evening is named by the day on which it begins, until that is over.
        let shown = days.isOneDay && !isLate && !(days.isOverMidnight && isLastDay) ? first : last
        let relative = format.relativeDay(shown, in: days.zone)
        let day = format.longDay(shown, in: days.zone)
        if isLate {
            plain = relative ?? day
            let time = days.hasTimes ? hour(format.timeOfDay(window.latest, in: days.zone)) : nil
            fine = [relative == nil ? nil : day, time].joinedParts
        } else if days.isOverMidnight, !isLastDay {
            plain = relative ?? day
            fine = hour(format.daysAndTimes(window, in: days.zone))
        } else if days.isOneDay, !days.isOverMidnight {
            plain = relative ?? day
            let times = days.hasTimes ? hour(format.times(window, in: days.zone)) : nil
            fine = [relative == nil ? nil : day, times].joinedParts
        } else if first <= format.now {
            plain = isLastDay ? format.texts[.today] : format.texts[.byDay, ["day": day]]
            fine = isLastDay ? [day, days.hasTimes ? by() : nil].joinedParts : nil
        } else {
            plain = format.days(from: first, to: last, in: days.zone)
            fine = nil
        }
        large = plain.firstUppercased
    }

    /// A window in a few words, for a line of text.
    static func short(_ window: TimeWindow, in zone: TimeZone, _ format: TrackFormat) -> String {
        let days = WindowDays(window, in: zone)
        guard days.isOneDay else { return format.days(from: window.earliest, to: days.last, in: days.zone) }
        guard !days.isOverMidnight else { return format.daysAndTimes(window, in: days.zone) }
        let day = format.shortDay(window.earliest, in: days.zone)
        return days.hasTimes ? day + format.texts.comma + format.times(window, in: days.zone) : day
    }
}

/// The days that a window covers.
struct WindowDays {
    /// The zone in which the days count.
    let zone: TimeZone
    /// A moment of the last day: a window that ends at midnight does not reach the next day.
    let last: Timestamp
    /// Tells whether the window is within one day, or begins in it and ends in the night.
    let isOneDay: Bool
    /// Tells whether the window is one evening that ends on the next day.
    let isOverMidnight: Bool
    let hasTimes: Bool

    /// The length of a window over midnight that still is one evening, in seconds.
    private static let night = 12 * 3600

    init(_ window: TimeWindow, in zone: TimeZone) {
        let isDates = Self.isDays(window, in: PlaceZone.utc)
        let dayZone = isDates ? PlaceZone.utc : zone
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = dayZone
        let endsAtMidnight = calendar.startOfDay(for: window.latest.date) == window.latest.date
        let last = endsAtMidnight && window.earliest < window.latest ? window.latest.adding(seconds: -1) : window.latest
        let isNight = window.earliest.adding(seconds: Self.night) > window.latest
        self.zone = dayZone
        self.last = last
        let isSameDay = calendar.isDate(window.earliest.date, inSameDayAs: last.date)
        isOneDay = isNight || isSameDay
        isOverMidnight = isNight && !isSameDay
        hasTimes = !isDates && !Self.isDays(window, in: zone)
    }

    /// Tells whether the window is whole days: from a midnight to another one or the minute before.
    private static func isDays(_ window: TimeWindow, in zone: TimeZone) -> Bool {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let (first, last) = (window.earliest.date, window.latest.date)
        guard calendar.startOfDay(for: first) == first else { return false }
        let next = calendar.startOfDay(for: last.addingTimeInterval(61))
        return next == last || next > last
    }
}

extension [String?] {
    /// The parts that are there, with a middle dot between them; nil where none is.
    var joinedParts: String? {
        let parts = compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: " · ")
    }
}

extension String {
    var firstUppercased: String { prefix(1).uppercased() + dropFirst() }
}

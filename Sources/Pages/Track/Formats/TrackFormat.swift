import Foundation
import Orders

/// Writes dates, times, numbers and money as the readers of a locale do (CLDR, by Foundation).
struct TrackFormat: Sendable {
    let locale: Locale
    let texts: TrackTexts
    /// The time of reading, for “today”.
    let now: Timestamp

    init(_ page: TrackLocale, now: Timestamp) {
        locale = page.locale
        texts = TrackTexts(page.language)
        self.now = now
    }

    // MARK: Days and times

    /// “Tuesday, 1 December”; with the year where it is not the present one.
    func longDay(_ time: Timestamp, in zone: TimeZone) -> String {
        var style = style(zone).weekday(.wide).day().month(.wide)
        if !isThisYear(time, in: zone) { style = style.year() }
        return time.date.formatted(style).withDayAndMonthTogether
    }

    /// “Tue 1 Dec”; with the year where it is not the present one.
    func shortDay(_ time: Timestamp, in zone: TimeZone) -> String {
        var style = style(zone).weekday(weekday).day().month(.abbreviated)
        if !isThisYear(time, in: zone) { style = style.year() }
        return time.date.formatted(style)
    }

    /// “Tue 1 Dec, 09:14”.
    func shortDayAndTime(_ time: Timestamp, in zone: TimeZone) -> String {
        var style = style(zone).weekday(weekday).day().month(.abbreviated).hour().minute()
        if !isThisYear(time, in: zone) { style = style.year() }
        return time.date.formatted(style)
    }

    /// “Mon 09:14” within the last days, else with the date.
    func recent(_ time: Timestamp, in zone: TimeZone) -> String {
        let days = daysFromToday(time, in: zone)
        guard (-6...0).contains(days) else { return shortDayAndTime(time, in: zone) }
        return time.date.formatted(style(zone).weekday(weekday).hour().minute())
    }

    func timeOfDay(_ time: Timestamp, in zone: TimeZone) -> String {
        time.date.formatted(style(zone).hour().minute())
    }

    /// “today”, “tomorrow” or “yesterday”, as a heading; nil for other days.
    func relativeDay(_ time: Timestamp, in zone: TimeZone) -> String? {
        switch daysFromToday(time, in: zone) {
        case -1: texts[.yesterday]
        case 0: texts[.today]
        case 1: texts[.tomorrow]
        default: nil
        }
    }

    /// The number of days from the day of reading to that of a time.
    func daysFromToday(_ time: Timestamp, in zone: TimeZone) -> Int {
        let calendar = calendar(zone)
        let (today, day) = (calendar.startOfDay(for: now.date), calendar.startOfDay(for: time.date))
        return calendar.dateComponents([.day], from: today, to: day).day ?? 0
    }

    /// The next midnight in a time zone.
    func nextMidnight(in zone: TimeZone) -> Timestamp {
        let calendar = calendar(zone)
        let start = calendar.startOfDay(for: now.date)
        let next = calendar.date(byAdding: .day, value: 1, to: start) ?? start.addingTimeInterval(86_400)
        return Timestamp(next)
    }

    // MARK: Spans

    /// “9:00 – 13:00”.
    func times(_ window: TimeWindow, in zone: TimeZone) -> String {
        guard window.earliest < window.latest else { return timeOfDay(window.latest, in: zone) }
        let (first, last) = (window.earliest.date, window.latest.date)
        // Over midnight the formatter names both days.
        guard calendar(zone).isDate(first, inSameDayAs: last) else {
            return [window.earliest, window.latest].map { timeOfDay($0, in: zone) }.joined(separator: " – ").unbroken
        }
        return (first..<last).formatted(interval(zone).hour().minute()).unbroken
    }

    /// “1 – 3 December”.
    func days(from first: Timestamp, to last: Timestamp, in zone: TimeZone) -> String {
        guard first < last else { return shortDay(first, in: zone) }
        var style = interval(zone).day().month(.wide)
        if !isThisYear(first, in: zone) || !isThisYear(last, in: zone) { style = style.year() }
        return (first.date..<last.date).formatted(style)
    }

    // MARK: Numbers, money, places

    func number(_ number: Int) -> String { number.formatted(.number.locale(locale)) }

    /// An amount in minor units, with as many digits as the currency has (ISO 4217).
    func money(_ minorUnits: Int64, _ currency: String) -> String {
        let digits = MinorUnits.digits(of: currency)
        let amount = Decimal(
            sign: minorUnits < 0 ? .minus : .plus,
            exponent: -digits,
            significand: Decimal(minorUnits.magnitude)
        )
        let text = amount.formatted(.currency(code: currency).precision(.fractionLength(digits)).locale(locale))
        return texts.language.direction == "rtl" ? text.withSymbolTogether : text
    }

    /// A country's name; its code where it has none.
    func country(_ code: String) -> String {
        locale.localizedString(forRegionCode: code.uppercased()) ?? code
    }

    /// The offset of a time zone at a time, such as “UTC+8”.
    func offset(_ time: Timestamp, in zone: TimeZone) -> String {
        let minutes = zone.secondsFromGMT(for: time.date) / 60
        guard minutes != 0 else { return "UTC" }
        let (hours, rest) = (abs(minutes) / 60, abs(minutes) % 60)
        let text =
            "UTC" + (minutes < 0 ? "−" : "+") + "\(hours)" + (rest == 0 ? "" : ":" + (rest < 10 ? "0" : "") + "\(rest)")
        return text
    }

    // MARK: Parts

    /// Arabic has no short names of weekdays that stand well in a line.
    private var weekday: Date.FormatStyle.Symbol.Weekday { texts.language == .arabic ? .wide : .abbreviated }

    private func style(_ zone: TimeZone) -> Date.FormatStyle {
        Date.FormatStyle(locale: locale, calendar: calendar(zone), timeZone: zone)
    }

    private func interval(_ zone: TimeZone) -> Date.IntervalFormatStyle {
        Date.IntervalFormatStyle(locale: locale, calendar: calendar(zone), timeZone: zone)
    }

    private func calendar(_ zone: TimeZone) -> Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.locale = locale
        calendar.timeZone = zone
        return calendar
    }

    private func isThisYear(_ time: Timestamp, in zone: TimeZone) -> Bool {
        let calendar = calendar(zone)
        return calendar.component(.year, from: time.date) == calendar.component(.year, from: now.date)
    }
}

extension Timestamp {
    var date: Date { Date(timeIntervalSince1970: Double(unixMicroseconds) / 1_000_000) }

    init(_ date: Date) { self.init(unixMicroseconds: Int64((date.timeIntervalSince1970 * 1_000_000).rounded())) }
}

extension String {
    /// The text on one line: without places at which it may be broken.
    fileprivate var unbroken: String {
        replacing(" ", with: "\u{A0}").replacing("\u{2009}", with: "\u{202F}").replacing("–", with: "–\u{2060}")
    }

    /// The amount with a left-to-right mark behind a symbol that ends it: at the end of a line that is read from right
    /// to left, “US$” would show as “$US” (UAX 9: a sign between letters and the line's end goes with the line).
    fileprivate var withSymbolTogether: String {
        guard let last = unicodeScalars.last, last.properties.generalCategory == .currencySymbol,
            contains(where: { $0.isASCII && $0.isLetter })
        else { return self }
        return self + "\u{200E}"
    }

    /// The text with a number and what follows it on one line.
    fileprivate var withDayAndMonthTogether: String {
        replacing(/(\d\.?)[ ]/) { "\($0.1)\u{A0}" }
    }
}

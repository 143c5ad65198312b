/// A format of numbers for people: three significant digits or the whole part, with grouped thousands.
enum NumberFormat {
    /// Formats a number; a dash for one that is not finite.
    static func text(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        let magnitude = abs(value)
        if magnitude >= 100 || magnitude == 0 { return grouped(Int(value.rounded())) }
        let digits = magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3
        return fixed(value, digits)
    }

    private static func fixed(_ value: Double, _ digits: Int) -> String {
        let scale = digits == 1 ? 10.0 : digits == 2 ? 100 : 1000
        let scaled = Int((abs(value) * scale).rounded())
        let fraction = String(scaled % Int(scale))
        let padding = String(repeating: "0", count: digits - fraction.count)
        return "\(value < 0 ? "-" : "")\(grouped(scaled / Int(scale))).\(padding)\(fraction)"
    }

    private static func grouped(_ value: Int) -> String {
        var digits = String(abs(value))
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }
}

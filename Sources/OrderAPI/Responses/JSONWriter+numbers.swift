import StrictJSON

extension JSONWriter {
    /// Writes a number of seconds with three decimals.
    mutating func seconds(_ name: StaticString, milliseconds: Double) {
        let whole = Int64(milliseconds.rounded())
        let (seconds, rest) = whole.quotientAndRemainder(dividingBy: 1000)
        key(name)
        value(.number(JSONNumber(text: "\(seconds).\(String(String(1000 + rest).dropFirst()))")))
    }

    /// Writes a share of a whole, 0 … 1, with four decimals.
    mutating func share(_ name: StaticString, _ share: Double) {
        key(name)
        let (ones, rest) = Int64(share * 10_000).quotientAndRemainder(dividingBy: 10_000)
        value(.number(JSONNumber(text: "\(ones).\(String(String(10_000 + rest).dropFirst()))")))
    }
}

import WaybillClient

/// Amounts as people write them.
enum MoneyFormat {
    /// ISO 4217's currencies whose minor unit is not a hundredth, by the digits that it has.
    private static let digits: [String: Int] = [
        0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
        3: "BHD IQD JOD KWD LYD OMR TND",
        4: "CLF UYW",
    ].reduce(into: [:]) { all, entry in
        for code in entry.value.split(separator: " ") { all[String(code)] = entry.key }
    }

    /// `154.60 EUR` of `{"amount": 15460, "currency": "EUR"}`; nil for anything else.
    static func text(_ money: JSON?) -> String? {
        guard let amount = money?["amount"]?.integer, let currency = money?["currency"]?.string else { return nil }
        let places = digits[currency] ?? 2
        guard places > 0 else { return "\(amount) \(currency)" }
        let units = String(amount.magnitude)
        let padded = String(repeating: "0", count: max(0, places + 1 - units.count)) + units
        return "\(amount < 0 ? "-" : "")\(padded.dropLast(places)).\(padded.suffix(places)) \(currency)"
    }
}

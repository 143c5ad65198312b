/// The digits after a currency's decimal point: ISO 4217, table A.1. CLDR's differ for some currencies, whose
/// smallest coins went out of use.
enum MinorUnits {
    static func digits(of currency: String) -> Int {
        if none.contains(currency) { return 0 }
        if three.contains(currency) { return 3 }
        return four.contains(currency) ? 4 : 2
    }

    private static let none: Set = [
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
        "XPF",
    ]
    private static let three: Set = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]
    private static let four: Set = ["CLF", "UYW"]
}

/// A language of the customer's page.
enum TrackLanguage: String, CaseIterable, Sendable {
    case english = "en"
    case german = "de"
    case spanish = "es"
    case arabic = "ar"

    /// The language's name in itself, for the switch.
    var ownName: String {
        switch self {
        case .english: "English"
        case .german: "Deutsch"
        case .spanish: "Español"
        case .arabic: "العربية"
        }
    }

    /// The value of HTML's `dir`.
    var direction: String { self == .arabic ? "rtl" : "ltr" }

    /// The language of a tag such as `de-AT` (BCP 47); nil for one that the page does not speak.
    init?(tag: some StringProtocol) {
        let primary = tag.prefix { $0 != "-" && $0 != "_" }.lowercased()
        self.init(rawValue: primary)
    }
}

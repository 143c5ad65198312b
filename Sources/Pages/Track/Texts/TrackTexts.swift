/// The texts of the customer's page in one language.
struct TrackTexts: Sendable {
    let language: TrackLanguage
    private let table: [TrackText: String]

    init(_ language: TrackLanguage) {
        self.language = language
        table = Self.table(of: language)
    }

    /// The comma between the parts of a line.
    var comma: String { language == .arabic ? "، " : ", " }

    subscript(_ text: TrackText) -> String { table[text] ?? text.rawValue }

    /// The text with values in the place of `{name}`.
    subscript(_ text: TrackText, _ values: KeyValuePairs<String, String>) -> String {
        var filled = self[text]
        for (name, value) in values { filled = filled.replacing("{\(name)}", with: value) }
        return filled
    }

    /// All texts by name, for the template.
    var byName: [String: String] {
        Dictionary(uniqueKeysWithValues: TrackText.allCases.map { ($0.rawValue, self[$0]) })
    }

    static func table(of language: TrackLanguage) -> [TrackText: String] {
        switch language {
        case .english: english
        case .german: german
        case .spanish: spanish
        case .arabic: arabic
        }
    }
}

import Mustache

/// Escapes texts for HTML scalar by scalar.
///
/// The library escapes by characters: of a quotation mark and a combining mark, which are one character, it would leave
/// the quotation mark as it is, and HTML would end the attribute there.
struct ScalarHTML: MustacheContentType {
    /// The tag that begins every template.
    static let pragma = "{{% CONTENT_TYPE:SCALARHTML}}"

    /// Makes the library know the name of the pragma.
    static func register() { MustacheContentTypes.register(ScalarHTML(), named: "SCALARHTML") }

    func escapeText(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

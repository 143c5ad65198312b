import Primitives

/// The media types that a client accepts, with their weights (RFC 9110, section 12.5.1).
package struct AcceptedTypes {
    private struct Range {
        let type: Substring
        /// In thousandths.
        let weight: Int
    }

    private let ranges: [Range]

    /// - Parameter fields: the values of the request's `Accept` fields. A weight that cannot be read counts as 1.
    package init(_ fields: [String]) {
        ranges = fields.flatMap { $0.lowercased().split(separator: ",") }.map { element in
            let parts = element.split(separator: ";").map { $0.trimmingASCIIWhitespace() }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            return Range(type: parts.first ?? "", weight: (0...1).contains(weight) ? Int(weight * 1000) : 1000)
        }
    }

    /// True where the client prefers a type to another one. On a tie it does not.
    package func prefer(_ type: String, to other: String) -> Bool { weight(of: type) > weight(of: other) }

    /// True where the client asks for a page by name, as browsers do, and for JSON no more than for the page.
    package var namePage: Bool {
        guard let page = namedWeight(of: ["text/html", "application/xhtml+xml"]), page > 0 else { return false }
        return page >= weight(of: "application/json")
    }

    /// True unless the client asks for JSON by name, and for a page less by name, or refuses pages.
    package var takePage: Bool {
        let page = namedWeight(of: ["text/html", "application/xhtml+xml"])
        guard page != 0 else { return false }
        guard let json = namedWeight(of: ["application/json"]), json > 0 else { return true }
        return page.map { $0 >= json } ?? false
    }

    /// The weight of those of the types that the client names; nil where it names none.
    private func namedWeight(of types: [String]) -> Int? {
        ranges.filter { types.contains(String($0.type)) }.map(\.weight).max()
    }

    /// The weight of the most specific range that includes the type; 0 where none does, 1000 for every type where there
    /// is no range at all.
    private func weight(of type: String) -> Int {
        guard !ranges.isEmpty else { return 1000 }
        let group = type.prefix { $0 != "/" } + "/*"
        for pattern in [Substring(type), group, "*/*"] {
            if let weight = ranges.lazy.filter({ $0.type == pattern }).map(\.weight).max() { return weight }
        }
        return 0
    }
}

/// The languages that a reader accepts, the best first (RFC 9110, section 12.5.4).
struct AcceptedLanguages {
    /// The tags without the excluded ones (`q=0`) and without `*`.
    let tags: [String]

    /// The number of tags that are read: a header is as long as its sender likes.
    private static let limit = 32

    /// - Parameter fields: the values of the request's `Accept-Language` fields.
    init(_ fields: [String]) {
        var weighted: [(tag: String, weight: Double)] = []
        for element in fields.lazy.flatMap({ $0.split(separator: ",") }).prefix(Self.limit) {
            let parts = element.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let tag = parts.first, !tag.isEmpty, tag != "*" else { continue }
            let weight = parts.dropFirst().first { $0.lowercased().hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
            let bounded = weight.map { (0...1).contains($0) ? $0 : 1 } ?? 1
            if bounded > 0 { weighted.append((tag, bounded)) }
        }
        // Of equal weights the first comes first.
        tags = weighted.enumerated().sorted { left, right in
            left.element.weight != right.element.weight
                ? left.element.weight > right.element.weight : left.offset < right.offset
        }.map(\.element.tag)
    }
}

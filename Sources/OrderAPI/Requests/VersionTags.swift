import Primitives

/// Reads `If-Match` (RFC 9110, section 13.1.1).
enum VersionTags {
    /// The versions of which the order must have one; nil for any.
    ///
    /// A tag is a version in quotes, as `ETag` gives it, or the same marked as weak: proxies that compress answers
    /// weaken their tags. Several tags stand in one field, separated by commas, or in several. `*` demands only that
    /// the order exists, which every command but the first demands anyway.
    ///
    /// - Parameter fields: the values of the request's fields.
    /// - Throws: `Problem` 400.
    static func versions(_ fields: [String]) throws(Problem) -> Set<Int>? {
        guard !fields.isEmpty else { return nil }
        let tags = fields.flatMap { $0.split(separator: ",") }.map { $0.trimmingASCIIWhitespace() }
            .filter { !$0.isEmpty }
        if tags == ["*"] { return nil }
        var versions: Set<Int> = []
        for tag in tags {
            guard let digits = digits(of: tag), let version = Int(digits) else { throw malformed }
            // Tags are compared as texts: no version is written with a leading zero.
            versions.insert(String(version) == digits ? version : noVersion)
        }
        guard !versions.isEmpty else { throw malformed }
        return versions
    }

    /// A version that no order has.
    private static let noVersion = -1

    private static func digits(of tag: Substring) -> Substring? {
        let strong = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
        let digits = strong.dropFirst().dropLast()
        guard strong.utf8.count >= 3, strong.hasPrefix("\""), strong.hasSuffix("\""),
            digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
        else { return nil }
        return digits
    }

    private static let malformed = Problem(
        .malformedIfMatch,
        "If-Match is a version in quotes, such as \"3\" or W/\"3\", several separated by commas, or *."
    )
}

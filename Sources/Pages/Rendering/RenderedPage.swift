import PageFiles

/// The HTML of a page whose head holds the text of its style sheets.
///
/// A style sheet of its own costs a round trip before the first paint: on a slow line, 400 ms more than the text costs.
/// The page's policy names each text by its hash, so that no other one is applied.
struct RenderedPage: Sendable {
    private static let link = Array("<link rel=\"stylesheet\" href=\"".utf8)
    private static let endOfHead = Array("</head>".utf8)

    let html: [UInt8]
    /// The source expressions that allow the page's style sheets (Content Security Policy Level 3, section 2.3.1).
    let styleSources: [String]

    /// - Parameters:
    ///   - text: the HTML as its template makes it.
    ///   - assets: the style sheets; nil where they are to stay links, as those in the body do.
    init(_ text: String, _ assets: AssetSet?) {
        let bytes = Array(text.utf8)
        let end = bytes.firstRange(of: Self.endOfHead)?.lowerBound ?? 0
        var parts = bytes[..<end].split(separator: Self.link, omittingEmptySubsequences: false)[...]
        var html = Array(parts.popFirst() ?? [])
        var sources: [String] = []
        for part in parts {
            let path = part.prefix { $0 != UInt8(ascii: "\"") }
            let name = path.suffix(from: path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? path.startIndex)
            if let sheet = assets?.sheet(String(decoding: name, as: UTF8.self)) {
                html += sheet.element
                sources.append(sheet.source)
                html += part.drop { $0 != UInt8(ascii: ">") }.dropFirst()
            } else {
                html += Self.link + part
            }
        }
        self.html = html + bytes[end...]
        styleSources = sources
    }
}

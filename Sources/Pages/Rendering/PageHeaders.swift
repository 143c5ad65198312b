import HTTPTypes
import OrderAPI

/// The header fields of all pages and assets, in one place.
enum PageHeaders {
    /// The fields of a page. Scripts, styles and icons come from the service itself, and none of them stands in the
    /// page; nobody may frame the page; links tell no other site where they stood.
    static let ofPages: HTTPFields = [
        .contentSecurityPolicy: """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
        manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'
        """,
        .xContentTypeOptions: "nosniff",
        .referrerPolicy: "no-referrer",
        .crossOriginOpenerPolicy: "same-origin",
        .crossOriginResourcePolicy: "same-origin",
        .permissionsPolicy: "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
        .vary: "Accept-Encoding",
    ]

    /// The fields of a page, and `Link` for the style sheets that its head names: a browser asks for them before it
    /// reads the page, and so before it asks for anything else.
    static func of(page html: [UInt8]) -> HTTPFields {
        let head = html.firstRange(of: Array("</head>".utf8)).map { html[..<$0.lowerBound] } ?? []
        let sheets = head.split(separator: Array("<link rel=\"stylesheet\" href=\"".utf8)).dropFirst().map { rest in
            "<\(String(decoding: rest.prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self))>; rel=preload; as=style"
        }
        var fields = ofPages
        if !sheets.isEmpty { fields[.link] = sheets.joined(separator: ", ") }
        return fields
    }

    /// The fields of an asset.
    static let ofAssets: HTTPFields = [
        .xContentTypeOptions: "nosniff",
        .crossOriginResourcePolicy: "same-origin",
        .vary: "Accept-Encoding",
    ]
}

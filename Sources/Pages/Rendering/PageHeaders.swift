import HTTPTypes
import OrderAPI

/// The header fields of all pages and assets, in one place.
enum PageHeaders {
    /// The fields of a page but its policy. Nobody may frame the page; links tell no other site where they stood.
    private static let ofPages: HTTPFields = [
        .xContentTypeOptions: "nosniff",
        .referrerPolicy: "no-referrer",
        .crossOriginOpenerPolicy: "same-origin",
        .crossOriginResourcePolicy: "same-origin",
        .permissionsPolicy: "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
        .vary: "Accept-Encoding",
    ]

    /// The fields of a page. Scripts and icons come from the service itself, and no script stands in the page. The
    /// policy names each style sheet that stands there by its hash.
    static func of(_ page: RenderedPage) -> HTTPFields {
        var fields = ofPages
        fields[.contentSecurityPolicy] = """
            default-src 'none'; script-src 'self'; style-src \((["'self'"] + page.styleSources).joined(separator: " ")); \
            img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
            frame-ancestors 'none'
            """
        return fields
    }

    /// The fields of an asset.
    static let ofAssets: HTTPFields = [
        .xContentTypeOptions: "nosniff",
        .crossOriginResourcePolicy: "same-origin",
        .vary: "Accept-Encoding",
    ]
}

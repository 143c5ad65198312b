package import HTTPTypes

/// The facts that a browser states about the page which makes a request: Fetch Metadata (W3C), and `Origin` and
/// `Referer` where a browser is too old for it or the page is not in a secure context.
package struct FetchMetadata: Sendable, Equatable {
    private let isSafe: Bool
    private let site: String?
    private let mode: String?
    private let destination: String?
    private let origin: String?
    private let referer: String?

    package init(_ head: HTTPRequest) {
        let fields = head.headerFields
        isSafe = [.get, .head].contains(head.method)
        site = fields[.secFetchSite]
        mode = fields[.secFetchMode]
        destination = fields[.secFetchDest]
        origin = fields[.origin]
        referer = fields[.referer]
    }

    /// True where the browser says that a page of another site makes the request.
    package var isCrossSite: Bool { site == "cross-site" }

    /// True where the request loads a whole page, as when a person follows a link in a mail.
    package var isTopLevelNavigation: Bool { mode == "navigate" && destination == "document" }

    /// True for a request of a page of the service's own origin. Without Fetch Metadata, `Origin` tells; without that,
    /// a request that changes nothing may come from the own origin, and `Referer` tells where it does not.
    ///
    /// - Parameter own: the origins of the service's own pages.
    func isSameOrigin(_ own: OwnOrigins) -> Bool {
        if let site { return site == "same-origin" }
        if let origin { return own.contains(origin) }
        guard isSafe else { return false }
        return referer.map(own.contains) ?? true
    }

    /// True where the browser says that the request comes from another origin.
    func isForeign(_ own: OwnOrigins) -> Bool {
        if let site { return site != "same-origin" }
        return origin.map { !own.contains($0) } ?? false
    }
}

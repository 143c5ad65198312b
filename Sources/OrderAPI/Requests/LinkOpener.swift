import Access
import HTTPTransport
package import HTTPTypes
package import OrderLog
import Orders

/// Opens tracking links for the requests that carry their tokens.
package struct LinkOpener: Sendable {
    let authorizer: Authorizer
    let store: TrackingLinkStore
    /// The pages of other origins that may use the service; nil for none.
    let crossOrigins: CrossOriginPolicy?

    /// Refuses a page of another site, unless it is one that may use the service.
    ///
    /// - Throws: `Problem` 403.
    package func refuseOtherSites(_ head: HTTPRequest) throws {
        guard !FetchMetadata(head).isCrossSite || crossOrigins?.allows(head) == true else { throw Problem.crossSite }
    }

    /// The link of a token. Requests with one are limited by the link, requests without by address.
    ///
    /// - Throws: `Problem` 404 for a link that is dead or never was, and 429.
    package func open(_ token: Substring, _ head: HTTPRequest, from peer: String) async throws -> LiveLink {
        guard let token = LinkToken(token), let link = try await store.link(tokenHash: token.hash) else {
            try await authorizer.limit(address: authorizer.address(of: head, peer: peer))
            throw Problem(.notFound, "There is no such link, or it has expired or was revoked.")
        }
        try await authorizer.limit(.link(link.linkId.text))
        return link
    }
}

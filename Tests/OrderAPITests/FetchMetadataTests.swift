import HTTPTypes
import Testing

@testable import OrderAPI

@Suite struct FetchMetadataTests {
    private let own = OwnOrigins(
        publicURL: PublicURL(port: 8080) { _ in "https://shop.example" },
        authority: "inner:8080",
        isSecure: false
    )

    private func metadata(_ method: HTTPRequest.Method = .get, _ fields: [(HTTPField.Name, String)]) -> FetchMetadata {
        var head = HTTPRequest(method: method, scheme: nil, authority: "inner:8080", path: "/")
        for (name, value) in fields { head.headerFields[name] = value }
        return FetchMetadata(head)
    }

    @Test func fetchMetadataDecidesWhereABrowserSendsIt() {
        for method in [HTTPRequest.Method.get, .post] {
            #expect(metadata(method, [(.secFetchSite, "same-origin")]).isSameOrigin(own))
            for site in ["cross-site", "same-site", "none", "new-word"] {
                let foreign = metadata(method, [(.secFetchSite, site), (.origin, "https://shop.example")])
                #expect(!foreign.isSameOrigin(own), "\(site)")
                #expect(foreign.isForeign(own))
            }
        }
    }

    @Test func originDecidesWithoutFetchMetadata() {
        for origin in ["https://shop.example", "http://inner:8080", "HTTPS://Shop.Example"] {
            #expect(metadata(.post, [(.origin, origin)]).isSameOrigin(own), "\(origin)")
            #expect(!metadata(.post, [(.origin, origin)]).isForeign(own))
        }
        for origin in [
            "http://shop.example", "https://inner:8080", "https://evil.example", "https://shop.example.evil.example",
            "null", "", "https://shop.example:1",
        ] {
            #expect(!metadata(.post, [(.origin, origin)]).isSameOrigin(own), "\(origin)")
            #expect(!metadata(.get, [(.origin, origin)]).isSameOrigin(own), "\(origin)")
        }
    }

    @Test func aPageInClearTextIsForeignToOneOverTLS() {
        let unnamed = PublicURL(port: 8080) { _ in "http://127.0.0.1:8080" }
        let secure = OwnOrigins(publicURL: unnamed, authority: "Shop.example:443", isSecure: true)
        for url in ["https://shop.example", "https://shop.example:443", "https://shop.example/staff"] {
            #expect(secure.contains(url), "\(url)")
        }
        for url in ["http://shop.example", "http://shop.example:443", "shop.example", "https://", "https:///"] {
            #expect(!secure.contains(url), "\(url)")
        }
    }

    @Test func onlyReadsCountWithoutEither() {
        #expect(metadata(.get, []).isSameOrigin(own))
        #expect(metadata(.head, [(.referer, "https://shop.example/staff")]).isSameOrigin(own))
        #expect(!metadata(.get, [(.referer, "https://evil.example/")]).isSameOrigin(own))
        #expect(!metadata(.post, []).isSameOrigin(own))
        #expect(!metadata(.delete, [(.referer, "https://shop.example/staff")]).isSameOrigin(own))
        #expect(!metadata(.post, []).isForeign(own))
    }

    @Test func aLinkInAMailIsATopLevelNavigation() {
        let mail = metadata(
            .get,
            [(.secFetchSite, "cross-site"), (.secFetchMode, "navigate"), (.secFetchDest, "document")]
        )
        #expect(mail.isCrossSite && mail.isTopLevelNavigation)
        let frame = metadata(
            .get,
            [(.secFetchSite, "cross-site"), (.secFetchMode, "navigate"), (.secFetchDest, "iframe")]
        )
        #expect(frame.isCrossSite && !frame.isTopLevelNavigation)
        #expect(!metadata(.get, []).isCrossSite)
    }
}

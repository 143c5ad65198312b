import HTTPTypes
import Testing

@testable import OrderAPI

@Suite struct FetchMetadataTests {
    private let publicURL = PublicURL(port: 8080) { _ in "https://shop.example" }

    private func metadata(_ method: HTTPRequest.Method = .get, _ fields: [(HTTPField.Name, String)]) -> FetchMetadata {
        var head = HTTPRequest(method: method, scheme: nil, authority: "inner:8080", path: "/")
        for (name, value) in fields { head.headerFields[name] = value }
        return FetchMetadata(head)
    }

    @Test func fetchMetadataDecidesWhereABrowserSendsIt() {
        for method in [HTTPRequest.Method.get, .post] {
            #expect(metadata(method, [(.secFetchSite, "same-origin")]).isSameOrigin(publicURL))
            for site in ["cross-site", "same-site", "none", "new-word"] {
                let foreign = metadata(method, [(.secFetchSite, site), (.origin, "https://shop.example")])
                #expect(!foreign.isSameOrigin(publicURL), "\(site)")
                #expect(foreign.isForeign(publicURL))
            }
        }
    }

    @Test func originDecidesWithoutFetchMetadata() {
        for origin in ["https://shop.example", "http://inner:8080", "HTTPS://Shop.Example"] {
            #expect(metadata(.post, [(.origin, origin)]).isSameOrigin(publicURL), "\(origin)")
            #expect(!metadata(.post, [(.origin, origin)]).isForeign(publicURL))
        }
        for origin in [
            "https://evil.example", "https://shop.example.evil.example", "null", "", "https://shop.example:1",
        ] {
            #expect(!metadata(.post, [(.origin, origin)]).isSameOrigin(publicURL), "\(origin)")
            #expect(!metadata(.get, [(.origin, origin)]).isSameOrigin(publicURL), "\(origin)")
        }
    }

    @Test func onlyReadsCountWithoutEither() {
        #expect(metadata(.get, []).isSameOrigin(publicURL))
        #expect(metadata(.head, [(.referer, "https://shop.example/staff")]).isSameOrigin(publicURL))
        #expect(!metadata(.get, [(.referer, "https://evil.example/")]).isSameOrigin(publicURL))
        #expect(!metadata(.post, []).isSameOrigin(publicURL))
        #expect(!metadata(.delete, [(.referer, "https://shop.example/staff")]).isSameOrigin(publicURL))
        #expect(!metadata(.post, []).isForeign(publicURL))
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

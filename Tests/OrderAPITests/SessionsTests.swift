import Access
import HTTPTypes
import Testing

@testable import OrderAPI

@Suite struct SessionsTests {
    private func cookie(
        host: String,
        peer: String = "127.0.0.1",
        publicURL: String = "http://127.0.0.1:8080",
        tls: Bool = false,
        _ fields: [(HTTPField.Name, String)] = []
    ) throws -> SessionCookie {
        var head = HTTPRequest(method: .post, scheme: "http", authority: host, path: "/session")
        for (name, value) in fields { head.headerFields[name] = value }
        let proxies = try #require(TrustedProxies(text: "127.0.0.1,10.0.0.0/8"))
        return Sessions.cookie(
            for: head,
            from: peer,
            clients: ClientResolver(proxies: proxies, servesTLS: tls),
            publicURL: PublicURL(port: 8080) { _ in publicURL }
        )
    }

    @Test func clearTextOnOneMachineNeedsNoSecureCookie() throws {
        for host in ["127.0.0.1:8080", "localhost:8080", "LOCALHOST", "[::1]:8080", "a.localhost", "127.9.9.9"] {
            #expect(try cookie(host: host) == .loopback, "\(host)")
            #expect(try cookie(host: host, tls: true) == .hostOnly, "\(host)")
            #expect(try cookie(host: host, peer: "192.0.2.1") == .hostOnly, "\(host)")
            #expect(try cookie(host: host, publicURL: "https://shop.example") == .hostOnly, "\(host)")
        }
        for host in ["127.evil.example", "shop.example", "localhost.evil.example", "::ffff:127.evil"] {
            #expect(try cookie(host: host) == .hostOnly, "\(host)")
        }
    }

    @Test func theSchemeThatATrustedProxyNamesDecides() throws {
        let local: (HTTPField.Name, String) = (.forwardedFor, "127.0.0.1")
        #expect(try cookie(host: "localhost", [local, (.forwardedProto, "http")]) == .loopback)
        #expect(try cookie(host: "localhost", [local, (.forwardedProto, "https")]) == .hostOnly)
        #expect(try cookie(host: "localhost", [(.forwarded, "for=127.0.0.1;proto=http")]) == .loopback)
        #expect(try cookie(host: "localhost", [(.forwarded, "for=127.0.0.1;proto=https")]) == .hostOnly)
        // The proxy does not say whether the client's connection is TLS.
        #expect(try cookie(host: "localhost", [local]) == .hostOnly)
        #expect(try cookie(host: "localhost", [(.forwardedFor, "192.0.2.1"), (.forwardedProto, "http")]) == .hostOnly)
        // Nobody's word.
        #expect(try cookie(host: "localhost", peer: "::1", [local, (.forwardedProto, "http")]) == .hostOnly)
    }

    @Test func sessionsAreCountedByPersonShopsAndIssuer() throws {
        func owner(_ shops: ShopScope, issuer: String = "https://login.example/") throws -> String {
            var principal = try Principal(role: .staff, subject: "admin", shops: shops, expiresAt: 0)
            principal.issuer = issuer
            return SessionRoutes.owner(Caller(principal: principal))
        }
        let owners = [
            try owner(.names(["aurora"])), try owner(.names(["borealis"])), try owner(.names(["aurora", "borealis"])),
            try owner(.all), try owner(.names(["aurora"]), issuer: "https://evil.example/"),
        ]
        #expect(Set(owners).count == owners.count)
        #expect(try owner(.names(["aurora"])) == owners[0])
        let many = try owner(.names(Set((0..<1000).map { "shop-\($0)" })))
        #expect(many.hasPrefix("staff:admin\t") && many.utf8.count < 200)
    }
}

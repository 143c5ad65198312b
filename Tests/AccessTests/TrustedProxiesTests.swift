import Testing

@testable import Access

@Suite struct TrustedProxiesTests {
    private let proxies = TrustedProxies(text: "10.0.0.0/8, ::1,fd00::/8")

    private func client(
        of peer: String = "10.0.0.1",
        _ forwarded: [String] = [],
        xff: [String] = [],
        proto: [String] = [],
        isSecure: Bool = false
    ) throws -> ClientAddress {
        try #require(proxies).client(
            peer: peer,
            isSecure: isSecure,
            fields: TrustedProxies.Fields(forwarded: forwarded, forwardedFor: xff, forwardedProto: proto)
        )
    }

    @Test(arguments: ["192.0.2.9", "2001:db8::9", "local", "11.0.0.1"])
    func aStrangersFieldsAreNotRead(peer: String) throws {
        let client = try client(of: peer, ["for=198.51.100.1;proto=https"], xff: ["198.51.100.1"], proto: ["https"])
        #expect(client == ClientAddress(address: peer, isSecure: false))
    }

    @Test(arguments: [
        ("for=198.51.100.1", "198.51.100.1"), ("For=\"198.51.100.1:4711\"", "198.51.100.1"),
        ("by=10.0.0.1; FOR = 198.51.100.1 ;proto=http", "198.51.100.1"),
        ("for=\"[2001:db8::7]\"", "2001:db8::7"), ("for=\"[2001:DB8::7]:4711\"", "2001:db8::7"),
        ("for=\"[2001:db8::7]:_port\"", "2001:db8::7"), ("for=2001:db8::7", "2001:db8::7"),
        ("for=\"[::ffff:198.51.100.1]\"", "198.51.100.1"),
        ("for=203.0.113.5, for=198.51.100.1", "198.51.100.1"),
        ("for=203.0.113.5, for=198.51.100.1, for=10.1.2.3, for=\"[fd00::1]\"", "198.51.100.1"),
        ("for=10.9.9.9, for=10.1.2.3", "10.9.9.9"),
        // A proxy that does not name its peer counts as the client.
        ("for=198.51.100.1, for=unknown", "10.0.0.1"), ("for=198.51.100.1, for=_hidden", "10.0.0.1"),
        ("for=198.51.100.1, for=unknown, for=10.1.2.3", "10.1.2.3"), ("proto=https", "10.0.0.1"), ("", "10.0.0.1"),
        // A client's open quotation mark hides nothing that a proxy adds.
        ("for=\", for=198.51.100.1", "198.51.100.1"), ("for=\"\\\", for=198.51.100.1", "198.51.100.1"),
        ("for=1.1.1.1;by=\"a,b\\\"c\", for=\"198.51.100.1\"", "198.51.100.1"),
        (",,, for=198.51.100.1 , ", "198.51.100.1"),
    ])
    func theRightmostUntrustedAddressOfForwardedIsTheClient(forwarded: String, address: String) throws {
        #expect(try client([forwarded]).address == address)
    }

    @Test func forwardedWinsOverXForwardedFor() throws {
        #expect(try client(["for=198.51.100.1"], xff: ["192.0.2.77"]).address == "198.51.100.1")
        #expect(try client(["for=203.0.113.5", "for=198.51.100.1"], xff: ["192.0.2.77"]).address == "198.51.100.1")
    }

    @Test(arguments: [
        (["198.51.100.1"], "198.51.100.1"), (["203.0.113.5, 198.51.100.1"], "198.51.100.1"),
        (["203.0.113.5", "198.51.100.1,10.1.2.3"], "198.51.100.1"), (["198.51.100.1:4711"], "198.51.100.1"),
        (["2001:db8::7"], "2001:db8::7"), (["[2001:db8::7]:4711"], "2001:db8::7"), (["fe80::1%eth0"], "fe80::1"),
        (["198.51.100.1, unknown"], "10.0.0.1"), (["198.51.100.1, not an address"], "10.0.0.1"), ([""], "10.0.0.1"),
    ])
    func withoutForwardedTheRightmostOfXForwardedForIsTheClient(values: [String], address: String) throws {
        #expect(try client(xff: values).address == address)
    }

    @Test func protoIsThatOfTheClientsOwnConnection() throws {
        #expect(try client(["for=198.51.100.1;proto=https"]).isSecure)
        #expect(try client(["for=198.51.100.1;proto=HTTPS, for=10.1.2.3;proto=http"]).isSecure)
        #expect(try !client(["for=203.0.113.5;proto=https, for=198.51.100.1;proto=http"], isSecure: true).isSecure)
        #expect(try client(["for=198.51.100.1"], isSecure: true).isSecure)
        #expect(try client(xff: ["198.51.100.1"], proto: ["https"]).isSecure)
        #expect(try client(xff: ["198.51.100.1, 10.1.2.3"], proto: ["https, http"]).isSecure)
        #expect(try !client(xff: ["198.51.100.1"], proto: ["https, http"]).isSecure)
        #expect(try client(proto: ["https"]).isSecure)
    }

    @Test func aLongListIsReadToABound() throws {
        let far = (["203.0.113.5"] + Array(repeating: "10.1.2.3", count: 5_000)).joined(separator: ",")
        #expect(try client(xff: [far]).address == "10.1.2.3")
        let elements = (["for=203.0.113.5"] + Array(repeating: "for=10.1.2.3", count: 5_000)).joined(separator: ",")
        #expect(try client([elements]).address == "10.1.2.3")
    }

    @Test(arguments: [
        "", "10.0.0.0/33", "10.0.0.0/8,", "proxy.example", "::/129", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0/8",
    ])
    func whatIsNoNetworkIsRefused(text: String) {
        #expect(TrustedProxies(text: text) == nil)
    }

    @Test func nobodyIsTrustedByDefault() {
        #expect(!TrustedProxies().contains("127.0.0.1"))
        #expect(proxies?.contains("10.255.0.1") == true && proxies?.contains("::ffff:10.0.0.9") == true)
        #expect(proxies?.contains("local") == false)
    }
}

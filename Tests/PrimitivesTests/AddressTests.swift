import Testing

@testable import Primitives

@Suite struct AddressTests {
    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:DB8:0:0:0:0:0:7", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"), ("::", "::"), ("::1", "::1"),
    ])
    func anAddressHasOneText(given: String, text: String) {
        #expect(IPAddress(given)?.text == text)
    }

    @Test(arguments: ["", "192.0.2", "192.0.2.256", "192.0.2.7:80", "[::1]", "localhost", "1::2::3", " 192.0.2.7"])
    func otherTextsAreNoAddress(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func loopbackIsThisMachineAlone() {
        for text in ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"] {
            #expect(IPAddress(text)?.isLoopback == true, "\(text)")
        }
        for text in ["126.0.0.1", "128.0.0.1", "::2", "::", "0.0.0.0", "::ffff:10.0.0.1", "fe80::1"] {
            #expect(IPAddress(text)?.isLoopback == false, "\(text)")
        }
    }

    @Test(arguments: [
        (1000, 0o644, true), (1000, 0o600, true), (0, 0o644, true), (1000, 0o664, false), (1000, 0o646, false),
        (0, 0o664, false), (1001, 0o644, false), (1001, 0o600, false),
    ])
    func onlyItsUserAndRootMayChangeAPublicFile(owner: Int, mode: Int, isSound: Bool) {
        let weakness = PrivateFile.Contents.weakness(owner: UInt32(owner), mode: UInt32(mode), user: 1000)
        #expect((weakness == nil) == isSound)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.9.9.9/8", "10.0.0.1", true),
        ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.8", false), ("0.0.0.0/0", "192.0.2.7", true),
        ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "2001:db8::1", true), ("fd00::/8", "fdab::1", true),
        ("fd00::/8", "fe00::1", false), ("2001:db8::/33", "2001:db8:8000::1", false), ("::1", "::1", true),
        ("::ffff:10.0.0.0/104", "10.1.2.3", true), ("2001:db8::/64", "2001:db8::ffff:1", true),
        ("2001:db8::/65", "2001:db8:0:0:8000::", false),
    ])
    func aRangeHoldsTheAddressesOfItsNetwork(range: String, address: String, isInside: Bool) throws {
        #expect(try #require(NetworkRange(range)).contains(try #require(IPAddress(address))) == isInside)
    }

    @Test(arguments: [
        (1000, 0o600, true), (1000, 0o400, true), (1000, 0o640, false), (1000, 0o604, false), (0, 0o640, true),
        (0, 0o600, true), (0, 0o644, false), (0, 0o660, false), (1001, 0o600, false),
    ])
    func aSecretIsForItsUserAlone(owner: Int, mode: Int, isPrivate: Bool) {
        let exposure = PrivateFile.Contents.exposure(owner: UInt32(owner), mode: UInt32(mode), user: 1000)
        #expect((exposure == nil) == isPrivate)
    }
}

import Testing

@testable import HTTPTransport

@Suite struct TLSProfileTests {
    private func selected(_ names: [String]) -> String? {
        let offered = names.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        return TLSProfile.select(from: offered).map { String(decoding: offered[$0], as: UTF8.self) }
    }

    @Test func theServiceDecidesBetweenProtocols() {
        #expect(selected(["http/1.1", "h2"]) == "h2")
        #expect(selected(["http/1.1"]) == "http/1.1")
        #expect(selected(["spdy/3", "http/1.1"]) == "http/1.1")
        #expect(selected(["h2c", "http/1.0"]) == nil)
        #expect(selected([]) == nil)
    }

    @Test func aListThatIsCutSelectsNothing() {
        #expect(TLSProfile.select(from: [2, 0x68, 0x32, 9, 0x68]) == nil)
        #expect(TLSProfile.select(from: [255]) == nil)
    }
}

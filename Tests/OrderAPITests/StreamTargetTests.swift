import HTTPTypes
import Testing

@testable import OrderAPI

@Suite struct StreamTargetTests {
    private func target(_ path: String, _ method: HTTPRequest.Method = .get) -> StreamTarget? {
        StreamTarget(HTTPRequest(method: method, scheme: nil, authority: nil, path: path))
    }

    @Test func pathsOfStreamsAreRecognised() {
        #expect(target("/v1/stream") == .feed)
        #expect(target("/v1/stream?shop=aurora") == .feed)
        #expect(target("/v1/stream/") == .feed)
        #expect(target("//v1//stream") == .feed)
        #expect(target("http://host:80/v1/stream?after=0") == .feed)
        #expect(target("/v1/orders/7/stream?after=0") == .order("7"))
        #expect(target("/v1/customers/a%2Fb/stream") == .customer("a%2Fb"))
        #expect(target("/track/abc/stream?after=0") == .link("abc"))
        #expect(target("/v1/customers/stream/stream") == .customer("stream"))
    }

    @Test func otherRequestsAreNotStreams() {
        for path in [
            "/v1/streams", "/v1/orders/stream", "/v1/orders/7/8/stream", "/v2/stream", "/stream", "/", "", "*",
            "/v1/orders/7/streaM", "/v1/orders/7", "/v1/orders?x=/v1/stream", "/v1/shops/7/stream",
            "/track/stream", "/track/abc", "/track/a/b/stream", "/v1/track/stream",
        ] { #expect(target(path) == nil, "\(path)") }
        #expect(target("/v1/stream", .head) == nil)
        #expect(target("/v1/stream", .post) == nil)
    }
}

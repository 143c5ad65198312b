import HTTPTypes
import Testing

@testable import WaybillServer

@Suite struct StreamTargetTests {
    private func target(_ path: String, _ method: HTTPRequest.Method = .get) -> StreamTarget? {
        StreamTarget(HTTPRequest(method: method, scheme: nil, authority: nil, path: path))
    }

    @Test func streamsAreToldByTheirPaths() {
        #expect(target("/v1/stream") == .feed)
        #expect(target("/v1/stream?shop=aurora") == .feed)
        #expect(target("/v1/stream/") == .feed)
        #expect(target("//v1//stream") == .feed)
        #expect(target("http://host:80/v1/stream?after=0") == .feed)
        #expect(target("/v1/orders/7/stream?after=0") == .order("7"))
        #expect(target("/v1/customers/a%2Fb/stream") == .customer("a%2Fb"))
        #expect(target("/v1/customers/stream/stream") == .customer("stream"))
    }

    @Test func everythingElseIsNone() {
        for path in [
            "/v1/streams", "/v1/orders/stream", "/v1/orders/7/8/stream", "/v2/stream", "/stream", "/", "", "*",
            "/v1/orders/7/streaM", "/v1/orders/7", "/v1/orders?x=/v1/stream", "/v1/shops/7/stream",
        ] { #expect(target(path) == nil, "\(path)") }
        #expect(target("/v1/stream", .head) == nil)
        #expect(target("/v1/stream", .post) == nil)
    }

    @Test func datesAreThoseOfHTTP() {
        // The example of RFC 9110, section 5.6.7.
        #expect(HTTPDate.text(unixSeconds: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.text(unixSeconds: 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(HTTPDate.text(unixSeconds: 1_709_164_799) == "Wed, 28 Feb 2024 23:59:59 GMT")
    }
}

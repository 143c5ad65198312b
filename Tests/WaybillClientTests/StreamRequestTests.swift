import Testing

@testable import WaybillClient

@Suite struct StreamRequestTests {
    @Test func requestTargetsAreTheDocumentedPathsAndParameters() {
        let id = "0198c0de-0000-7000-8000-000000000001"
        #expect(StreamRequest.order(id).target == "/v1/orders/\(id)/stream")
        #expect(StreamRequest.customer("ada").target == "/v1/customers/ada/stream")
        #expect(StreamRequest.customer("ada", shop: "aurora").target == "/v1/customers/ada/stream?shop=aurora")
        #expect(StreamRequest.trackingLink("AbC_-1").target == "/track/AbC_-1/stream")
        #expect(StreamRequest.feed().target == "/v1/stream")
        let all = StreamRequest.feed(
            shops: ["aurora", "nordwind"],
            statuses: ["onHold"],
            types: ["OrderHeld", "NoteAdded"],
            attentionOnly: true,
            conflate: 250
        )
        let lists = "shop=aurora,nordwind&status=onHold&type=OrderHeld,NoteAdded"
        #expect(all.target == "/v1/stream?\(lists)&attention=true&conflate=250")
    }

    @Test func positionAndPlainFollowTheFilters() {
        var request = StreamRequest.feed(shops: ["aurora"])
        request.after = "q5fz2mxa-7"
        request.isPlain = true
        #expect(request.target == "/v1/stream?shop=aurora&after=q5fz2mxa-7&plain=true")
        #expect(request != .feed(shops: ["aurora"]))
    }

    @Test func namesArePercentEncoded() {
        let customer = StreamRequest.customer("a/b c%?&=+\"ü\u{1}")
        #expect(customer.target == "/v1/customers/a%2Fb%20c%25%3F%26%3D%2B%22%C3%BC%01/stream")
        #expect(StreamRequest.order("../../metrics").target == "/v1/orders/..%2F..%2Fmetrics/stream")
        #expect(StreamRequest.feed(shops: ["a&b=c"]).target == "/v1/stream?shop=a%26b%3Dc")
    }
}

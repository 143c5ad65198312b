import Testing

@testable import waybill_load

@Suite struct StreamTests {
    private static let frames = [
        "retry: 2000\n\n", "id: q5fz2mxa-22\n\n",
        "event: status\nid: q5fz2mxa-23\ndata: {\"text\":\"data: id: \\n\\ndata:\"}\n\n",
        "event: update\nid: q5fz2mxa-24\ndata: {\"a\":1,\"recordedAt\":\"2026-11-02T08:16:00.000001Z\"}\n\n",
        "id: q5fz2mxa-25\n\n",
    ]

    /// The frames as chunks, one for each frame, as a service sends them.
    private static let chunked = frames.flatMap { Array("\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n".utf8) }

    @Test func framesAreCountedInPiecesOfAnySize() {
        for text in [Self.chunked, Array(Self.frames.joined().utf8)] {
            for cut in 0...text.count {
                var counter = FrameCounter()
                for piece in [text[..<cut], text[cut...]] { Array(piece).withUnsafeBytes { counter.consume($0) } }
                #expect(counter.events == 2 && counter.ids == 4)
            }
        }
    }

    @Test func chunkSizesAreNotCountedAsFields() {
        // 0xda and 0xd begin as `data:` does.
        var counter = FrameCounter()
        Array("da\r\n: x\n\n\r\nd\r\ndata\n\r\nid\n".utf8).withUnsafeBytes { counter.consume($0) }
        #expect(counter.events == 0 && counter.ids == 0)
    }

    @Test func recordedFramesAreThoseOfEventsOnly() {
        let snapshot = "event: snapshot\nid: q5fz2mxa-1\ndata: {}\n\n"
        let text = Array((snapshot + Self.frames.joined() + "event: update\nid: cut").utf8)
        let frames = RecordedFrame.all(in: text)
        #expect(frames.map(\.event) == ["status", "update"])
        #expect(frames.map { String(decoding: $0.bytes, as: UTF8.self) } == [Self.frames[2], Self.frames[3]])
        #expect(frames[1].data.hasPrefix("{\"a\":1"))
    }

    @Test func agesCountFromRecordedAtAlsoForEarlyArrivals() {
        let ages = DeliveryAges()
        let recorded = DeliveryAges.nanoseconds(Array("2026-11-02T08:16:00.000001Z".utf8))
        #expect(recorded == 1_793_607_360_000_001_000)
        ages.recordArrival(of: 1, from: 0, at: recorded + 3_000_000)
        #expect(ages.histogram.count == 0)
        for byte in Self.frames[3].utf8 { withUnsafeBytes(of: byte) { ages.consume($0) } }
        ages.recordArrival(of: 1, from: 0, at: recorded + 5_000_000)
        #expect(ages.histogram.count == 2)
        #expect(abs(ages.histogram.longest - 5) < 0.01 && abs(ages.histogram.percentile(1) - 3) < 0.01)
    }

    @Test func requestToThePeerIsCompleteAtItsLastByte() throws {
        let post = StreamPeer.post("/publish", ["X-A: b"], Array("event: x\n\n".utf8))
        for end in 0..<post.count { #expect(PeerRequest(Array(post[..<end])) == nil) }
        let request = try #require(PeerRequest(post + Array("GET".utf8)))
        #expect(request.isPost && request.length == post.count && Array(request.body) == Array("event: x\n\n".utf8))
    }
}

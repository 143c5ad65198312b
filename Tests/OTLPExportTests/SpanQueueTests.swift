import Telemetry
import Testing

@testable import OTLPExport

@Suite struct SpanQueueTests {
    private let queue = SpanQueue(capacity: 40, batchBytes: 10)

    @Test func spansAreDroppedBeyondTheBoundAndCounted() {
        for _ in 0..<10 { queue.add(Array("{1234}".utf8)) }
        #expect(queue.byteCount <= 40)
        #expect(queue.dropped.value == 4)
    }

    @Test func aFullBatchTakesNoFurtherSpan() throws {
        for number in 1...3 { queue.add(Array("{\(number)---}".utf8)) }
        #expect(String(decoding: try #require(queue.take()).bytes, as: UTF8.self) == "{1---},{2---}")
        #expect(try #require(queue.take()).count == 1)
        #expect(queue.take() == nil)
    }

    @Test func roomComesBackWhenABatchIsDoneWith() throws {
        for _ in 0..<10 { queue.add(Array("{1234}".utf8)) }
        let batch = try #require(queue.take())
        queue.add(Array("{1234}".utf8))
        #expect(queue.dropped.value == 5)
        queue.release(batch)
        queue.add(Array("{1234}".utf8))
        #expect(queue.dropped.value == 5)
    }

    @Test func aBatchThatIsPutBackComesFirst() throws {
        for _ in 0..<4 { queue.add(Array("{1234}".utf8)) }
        let first = try #require(queue.take())
        queue.putBack(first)
        #expect(queue.take() == first)
    }

    @Test func whatIsLeftAtTheEndCountsAsDropped() {
        for _ in 0..<3 { queue.add(Array("{1234}".utf8)) }
        queue.close()
        queue.removeAll()
        queue.add(Array("{1234}".utf8))
        #expect(queue.dropped.value == 4)
        #expect(queue.byteCount == 0)
    }

    @Test func aFullBatchWakesTheExporter() async {
        queue.add(Array("{1234}".utf8))
        queue.add(Array("{1234}".utf8))
        queue.close()
        var wakes = 0
        for await _ in queue.wakes { wakes += 1 }
        #expect(wakes == 1)
    }
}

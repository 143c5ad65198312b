import Foundation
import LogSupport
import Orders
import Testing

@testable import OrderLog

@Suite struct AppendQueueTests {
    private func entry(_ key: String, byteCount: Int = 0) throws -> AppendQueue.Entry {
        let submission = try Samples.submission(.confirmOrder, order: UUID(), key: key, byteCount: byteCount)
        return AppendQueue.Entry(submission: submission, deadline: .now + .seconds(60))
    }

    private func keys(_ batch: [AppendQueue.Entry]?) -> [String] { (batch ?? []).map(\.submission.commandId) }

    @Test func singleCommandsGoFirstAndBulkCommandsGetTheRest() async throws {
        let queue = AppendQueue.bounded(singles: 10, bulk: 10)
        for index in 0..<6 { #expect(await queue.pushBulk(try entry("b\(index)")) == nil) }
        for index in 0..<2 { #expect(queue.push(try entry("s\(index)")) == nil) }
        #expect(keys(await queue.next(limit: 6)) == ["s0", "s1", "b0", "b1", "b2", "b3"])
        #expect(keys(await queue.next(limit: 6)) == ["b4", "b5"])
    }

    @Test func neitherLaneStarvesTheOther() async throws {
        let queue = AppendQueue.bounded(singles: 10, bulk: 10)
        for index in 0..<8 {
            #expect(queue.push(try entry("s\(index)")) == nil)
            #expect(await queue.pushBulk(try entry("b\(index)")) == nil)
        }
        #expect(keys(await queue.next(limit: 4)) == ["s0", "s1", "b0", "b1"])
        #expect(keys(await queue.next(limit: 4)) == ["s2", "s3", "b2", "b3"])
    }

    @Test func aFullBulkLaneMakesOnlyItsOwnSendersWait() async throws {
        let queue = AppendQueue.bounded(singles: 1, bulk: 2)
        for index in 0..<2 { #expect(await queue.pushBulk(try entry("b\(index)")) == nil) }
        let third = try entry("b2")
        let waiting = Task { await queue.pushBulk(third) }
        #expect(queue.push(try entry("s0")) == nil)
        guard case .overloaded = queue.push(try entry("s1")) else {
            Issue.record("the lane of single commands took more than it holds")
            return
        }
        #expect(keys(await queue.next(limit: 2)) == ["s0", "b0"])
        #expect(await waiting.value == nil)
        #expect(keys(await queue.next(limit: 9)) == ["b1", "b2"])
    }

    @Test func aLaneIsFullWhenItsCommandsHaveTooManyBytes() async throws {
        let bounds = AppendQueue.Bounds(count: 100, bytes: 1000)
        let queue = AppendQueue(singles: bounds, bulk: bounds)
        #expect(queue.push(try entry("s0", byteCount: 900)) == nil)
        #expect(queue.push(try entry("s1", byteCount: 5000)) == nil)
        guard case .overloaded = queue.push(try entry("s2", byteCount: 1)) else {
            Issue.record("the lane took more bytes than it holds")
            return
        }
        #expect(await queue.pushBulk(try entry("b0", byteCount: 5000)) == nil)
        let second = try entry("b1", byteCount: 1)
        let waiting = Task { await queue.pushBulk(second) }
        #expect(keys(await queue.next(limit: 3)) == ["s0", "s1", "b0"])
        #expect(await waiting.value == nil)
        #expect(queue.push(try entry("s3", byteCount: 1)) == nil)
        #expect(keys(await queue.next(limit: 3)) == ["s3", "b1"])
    }

    @Test func aBatchEndsWhereItsCommandsHaveTooManyBytes() async throws {
        let queue = AppendQueue.bounded(singles: 10, bulk: 10)
        for index in 0..<4 {
            #expect(queue.push(try entry("s\(index)", byteCount: 300)) == nil)
            #expect(await queue.pushBulk(try entry("b\(index)", byteCount: 300)) == nil)
        }
        #expect(queue.push(try entry("large", byteCount: 5000)) == nil)
        let bounds = AppendQueue.Bounds(count: 100, bytes: 1300)
        #expect(keys(queue.peek(limit: bounds)) == ["s0", "s1", "b0", "b1"])
        #expect(keys(await queue.next(limit: bounds)) == ["s0", "s1", "b0", "b1"])
        #expect(keys(await queue.next(limit: bounds)) == ["s2", "s3", "b2", "b3"])
        // A command that is larger than a batch is one alone.
        #expect(queue.push(try entry("s4")) == nil)
        #expect(keys(await queue.next(limit: bounds)) == ["large"])
        #expect(keys(await queue.next(limit: bounds)) == ["s4"])
    }

    @Test func whatWasPeekedIsTakenThoughMoreHasCome() async throws {
        let queue = AppendQueue.bounded(singles: 8, bulk: 2)
        for key in ["b0", "b1"] { #expect(await queue.pushBulk(try entry(key)) == nil) }
        #expect(queue.push(try entry("s0")) == nil)
        let peeked = queue.peek(limit: AppendQueue.Bounds(count: 2, bytes: .max))
        #expect(keys(peeked) == ["s0", "b0"])
        let third = try entry("b2")
        async let sent = queue.pushBulk(third)
        #expect(queue.push(try entry("s1")) == nil)
        #expect(keys(queue.take(peeked: peeked)) == ["s0", "b0"])
        #expect(await sent == nil, "a sender that waited has room")
        #expect(keys(queue.peek(limit: AppendQueue.Bounds(count: 8, bytes: .max))) == ["s1", "b1", "b2"])
    }

    @Test func closingRefusesWaitingSenders() async throws {
        let queue = AppendQueue.bounded(singles: 1, bulk: 1)
        #expect(await queue.pushBulk(try entry("b0")) == nil)
        let second = try entry("b1")
        let waiting = Task { await queue.pushBulk(second) }
        queue.close()
        guard case .unavailable = await waiting.value else {
            Issue.record("a closed queue took a command")
            return
        }
        #expect(keys(await queue.next(limit: 9)) == ["b0"])
        #expect(await queue.next(limit: 9) == nil)
    }

    @Test func aSingleCommandDoesNotWaitForAnImport() async throws {
        try await TestLog.with { log in
            var settings = Appender.Settings()
            settings.batchLimit = 4
            try await log.withAppender(settings) { appender in
                let places = try (0...800).map { _ in
                    try Samples.submission(.placeOrder, Samples.place(), order: UUID())
                }
                var receipts: [PendingReceipt] = []
                for place in places.dropFirst() { receipts.append(await appender.enqueue(place)) }
                _ = try await appender.submit(places[0])
                #expect(receipts.count { !$0.isAnswered } > 100)
                var positions: [Int64] = []
                for receipt in receipts { positions.append(try await receipt.receipt().position.seq) }
                #expect(positions == positions.sorted())
            }
        }
    }
}

extension AppendQueue {
    /// A queue without a bound in bytes.
    fileprivate static func bounded(singles: Int, bulk: Int) -> AppendQueue {
        AppendQueue(singles: Bounds(count: singles, bytes: .max), bulk: Bounds(count: bulk, bytes: .max))
    }

    /// The next batch, without a bound in bytes.
    fileprivate func next(limit: Int) async -> [Entry]? { await next(limit: Bounds(count: limit, bytes: .max)) }
}

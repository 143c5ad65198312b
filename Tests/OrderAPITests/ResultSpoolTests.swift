import NIOCore
import Testing

@testable import OrderAPI

@Suite(.timeLimit(.minutes(1))) struct ResultSpoolTests {
    private let limits = ResultSpool.Limits(memory: 100, block: 64, file: 4 * 64)

    private func spool(_ quota: SharedBudget.Share? = nil) -> ResultSpool {
        ResultSpool(limits: limits, quota: quota ?? share(limit: 1 << 20)) { Issue.record("no file: \($0)") }
    }

    /// A share of as many bytes.
    private func share(limit: Int) -> SharedBudget.Share {
        SharedBudget(limit: 2 * limit, callerDivisor: 1, shopsDivisor: 1)
            .share(of: SharedBudget.Holder(caller: "staff:ada", shops: "aurora"))
    }

    private func read(_ spool: ResultSpool) async throws -> String {
        var text = ""
        while let piece = try await spool.next() { text += String(buffer: piece) }
        return text
    }

    @Test func resultsComeInTheirOrderFromMemoryAndFile() async throws {
        let spool = spool()
        let texts = (1...30).map { "result \($0)\n" }
        for text in texts { #expect(await spool.append(ByteBuffer(string: text))) }
        spool.finish()
        #expect(try await read(spool) == texts.joined())
    }

    @Test func resultsComeInTheirOrderWhileTheyAreTaken() async throws {
        let spool = spool()
        let texts = (1...2000).map { "result \($0)\n" }
        let writer = Task {
            for text in texts { _ = await spool.append(ByteBuffer(string: text)) }
            spool.finish()
        }
        #expect(try await read(spool) == texts.joined())
        await writer.value
    }

    @Test func appendWaitsWhereTheFileIsFull() async throws {
        let spool = spool()
        let text = ByteBuffer(string: String(repeating: "x", count: 64))
        // Two in memory, four in the file.
        for _ in 1...6 { #expect(await spool.append(text)) }
        let seventh = Task { await spool.append(text) }
        #expect(try await spool.next()?.readableBytes == 64)
        #expect(await seventh.value)
        let eighth = Task { await spool.append(text) }
        spool.abandon()
        #expect(await !eighth.value)
        #expect(try await spool.next() == nil)
    }

    @Test func quotaIsSharedAndGivenBack() async throws {
        let quota = share(limit: 2 * 64)
        let text = ByteBuffer(string: String(repeating: "x", count: 64))
        let spool = spool(quota)
        for _ in 1...4 { #expect(await spool.append(text)) }
        #expect(!quota.take(1))
        #expect(try await spool.next() != nil)
        #expect(quota.take(64))
        quota.giveBack(64)
        do {
            let other = self.spool(quota)
            for _ in 1...3 { #expect(await other.append(text)) }
            #expect(!quota.take(1))
        }
        #expect(quota.take(64))
    }

    @Test func onlyTheClientCanStallTheSpool() async throws {
        let spool = spool()
        let later = ContinuousClock.now + .seconds(61)
        #expect(await spool.append(ByteBuffer(string: "result\n")))
        #expect(!spool.isStalled(for: .seconds(60), now: later))
        #expect(try await spool.next() != nil)
        // More lines may come.
        #expect(!spool.isStalled(for: .seconds(60), now: later))
        spool.finish()
        #expect(spool.isStalled(for: .seconds(60), now: later))
        #expect(!spool.isStalled(for: .seconds(60)))
    }
}

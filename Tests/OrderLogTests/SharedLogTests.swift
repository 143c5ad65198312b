import Testing

@testable import OrderLog

@Suite struct SharedLogTests {
    private func head(_ seq: Int64) -> LogHead { LogHead(epoch: "e", seq: seq, recordedAtMicroseconds: seq) }

    @Test func aProcessThatFindsItsOwnHeadIsAlone() {
        var log = SharedLog()
        for seq in 1...50 { log.note(found: head(Int64(seq)), left: head(Int64(seq) + 1)) }
        #expect(!log.hasOthers)
    }

    @Test func anotherHeadIsRememberedForSomeBatches() {
        var log = SharedLog()
        log.note(found: head(1), left: head(2))
        log.note(found: head(5), left: head(6))
        #expect(log.hasOthers)
        for seq in 6..<21 { log.note(found: head(Int64(seq)), left: head(Int64(seq) + 1)) }
        #expect(log.hasOthers)
        log.note(found: head(21), left: head(22))
        #expect(!log.hasOthers)
    }
}
